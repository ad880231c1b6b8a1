import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { BootstrapOptions } from "../../src/bootstrap/bootstrap.js";
import type { ImageStore } from "../../src/image-store.js";

const PROGRAM = fileURLToPath(new URL("bootstrap-process.ts", import.meta.url));

export interface BootstrapProcess {
  pid: number;
  /** The phases that it has told of, in order, and at the end the image's id. */
  lines: string[];
  /** Resolves when it tells of the phase. */
  reach(phase: string): Promise<void>;
  kill(signal?: NodeJS.Signals): void;
  /** The exit code, null after a signal. */
  ended: Promise<number | null>;
}

/**
 * Starts a bootstrap in another process.
 * @param wrapper a command that ends in exec of its arguments
 */
export function startBootstrap(
  options: BootstrapOptions & { store: ImageStore },
  env: NodeJS.ProcessEnv = process.env,
  wrapper: readonly string[] = [],
): BootstrapProcess {
  const { store, ...rest } = options;
  const argument = JSON.stringify({ ...rest, directories: store.directories });
  const [command = "", ...args] = [
    ...wrapper,
    process.execPath,
    "--import",
    "tsx",
    PROGRAM,
    argument,
  ];
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  reader.on("line", (line) => lines.push(line));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    pid: child.pid ?? 0,
    lines,
    async reach(phase) {
      while (!lines.includes(phase)) {
        const more = await Promise.race([once(reader, "line"), ended]);
        if (!Array.isArray(more)) throw new Error(`ended before ${phase}: ${lines.join(" ")}`);
      }
    },
    kill: (signal = "SIGKILL") => child.kill(signal),
    ended,
  };
}
