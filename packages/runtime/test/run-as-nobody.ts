import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RuntimeError } from "../src/error.ts";
import type { RunOptions } from "../src/options.ts";
import type { RunResult } from "../src/result.ts";

/** Somebody without rights. */
export const nobody = { uid: 65_534, gid: 65_534 } as const;

/** The ids that nobody has besides its own: a full range, or none. */
export type NobodysIds = "full" | "single";

const library = new URL("../dist/index.js", import.meta.url).href;

/** Far from what anybody else uses. */
const RANGE = "65534:2000000000:65536\n";

/** Why an ordinary user cannot run containers here; undefined where one can. */
export function findNobodyObstacle(ids: NobodysIds): string | undefined {
  if (process.geteuid?.() !== 0) return "it needs root";
  if (ids === "full" && !["/usr/bin/newuidmap", "/etc/subuid", "/etc/subgid"].every(existsSync))
    return "it needs newuidmap (uidmap)";
  const script = ["--input-type=module", "-e", `import ${JSON.stringify(library)}`];
  const { status } = spawnSync(process.execPath, script, { ...nobody, stdio: "ignore" });
  if (status !== 0) return "nobody may not run this Node, or not read this directory";
  const { status: made } = spawnSync("unshare", ["--user", "true"], { ...nobody, stdio: "ignore" });
  return made === 0 ? undefined : "the kernel makes no user namespace for nobody";
}

export interface NobodyOptions {
  ids: NobodysIds;
  /** Supplementary ones, separated by commas. */
  groups?: string;
  /** Be the root of a user namespace, as inside of a container. */
  nested?: boolean;
}

export interface BecomeNobodyOptions extends NobodyOptions {
  /** Where the files lie that say so; they are needed as long as the command runs. */
  directory: string;
}

/** The beginning of root's command line: the command behind it is run by nobody. */
export function becomeNobody(options: BecomeNobodyOptions): string[] {
  const { directory, ids, groups = "", nested = false } = options;
  for (const file of ["subuid", "subgid"])
    writeFileSync(join(directory, file), ids === "full" ? RANGE : "");
  // In a mount namespace of its own, nobody has other subordinate ids.
  const become = `for f in subuid subgid; do [ ! -e /etc/$f ] || mount --bind ${directory}/$f /etc/$f || exit 1; done
    exec setpriv --reuid 65534 --regid 65534 ${groups === "" ? "--clear-groups" : `--groups ${groups}`} --inh-caps=-all ${nested ? "unshare -Ur" : ""} "$0" "$@"`;
  return ["unshare", "-m", "sh", "-c", become];
}

/** Runs a container as a user without root, in a process of its own. */
export async function runAsNobody(options: RunOptions, nobody: NobodyOptions): Promise<RunResult> {
  const { stdout, stderr, ...rest } = (await evaluateAsNobody(
    `const { stdout, stderr, ...rest } = await library.run(argument);
    return { ...rest, stdout: stdout.toString("base64"), stderr: stderr.toString("base64") };`,
    options,
    nobody,
  )) as RunResult & { stdout: string; stderr: string };
  const decode = (text: string): Buffer => Buffer.from(text, "base64");
  return { ...rest, stdout: decode(stdout), stderr: decode(stderr) } as RunResult;
}

/**
 * Evaluates the body of an asynchronous function of `library` and `argument` as a user without root, in a process of its own.
 * @returns what it returns, by way of JSON
 */
export async function evaluateAsNobody(
  body: string,
  argument: unknown,
  options: NobodyOptions,
): Promise<unknown> {
  const directory = mkdtempSync(join(tmpdir(), "dockher-nobody-"));
  try {
    const program = `
      import * as library from ${JSON.stringify(library)};
      const evaluate = async (argument) => {${body}};
      const tell = (told) => process.stdout.write(JSON.stringify(told));
      await evaluate(JSON.parse(process.argv[1])).then(
        (value) => tell({ value }),
        ({ code = "", message, hint }) => tell({ code, message, hint }),
      );`;
    const node = [process.execPath, "--input-type=module", "-e", program, JSON.stringify(argument)];
    const [command = "", ...args] = [...becomeNobody({ directory, ...options }), ...node];
    const { stdout } = await promisify(execFile)(command, args, {
      env: { PATH: process.env.PATH },
    });
    const told = JSON.parse(stdout);
    if (told.code !== undefined) throw new RuntimeError(told.message, told);
    return told.value;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
