import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { UsageError } from "../error.js";
import { alignColumns } from "./table.js";

export interface ProcessListOptions {
  pids: readonly number[];
  /** Of ps(1); without any, `-ef`. */
  options: readonly string[];
}

/** What there may be of this machine's processes: every one, with long command lines. */
const MOST_OUTPUT = 64 * 2 ** 20;

/**
 * The lines of this machine's ps(1) that tell of some processes, as Docker has it: it takes the same options.
 * @throws UsageError `PS_FAILED` where there is no ps, it refuses the options, or they leave the pid out
 */
export async function listWithPs({ pids, options }: ProcessListOptions): Promise<string[]> {
  const args = options.length === 0 ? ["-ef"] : [...options];
  const text = await runPs(args);
  const [heading = "", ...lines] = text.split("\n");
  const titles = heading.trim().split(/\s+/);
  const column = titles.indexOf("PID");
  if (column < 0) {
    throw new UsageError("failed to list processes: the options of ps leave out the column PID", {
      code: "PS_FAILED",
      hint: "name it: -o pid,args",
    });
  }
  const wanted = new Set(pids.map(String));
  const rows = lines
    .map((line) => splitRow(line, titles.length))
    .filter((cells) => wanted.has(cells[column] ?? ""));
  return alignColumns([titles, ...rows].map((cells) => cells.join("\t")));
}

/** The last column, the command, has spaces of its own. */
function splitRow(line: string, count: number): string[] {
  const cells = line.trim().split(/\s+/);
  return [...cells.slice(0, count - 1), cells.slice(count - 1).join(" ")];
}

async function runPs(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("ps", args, { maxBuffer: MOST_OUTPUT });
    return stdout;
  } catch (cause) {
    const { code, stderr = "" } = cause as NodeJS.ErrnoException & { stderr?: string };
    const missing = code === "ENOENT";
    throw new UsageError(
      `failed to list processes: ${missing ? "there is no ps" : stderr.trim().split("\n")[0] || "ps failed"}`,
      {
        code: "PS_FAILED",
        hint: missing ? "install procps" : "what ps takes: man ps",
        cause,
      },
    );
  }
}
