import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Contender, Entry, Sample } from "../contender.js";
import { BenchError } from "../error.js";

/** @param line `WALL_NS CPU_US`, as the programs in `floor` print it. */
export function parseFloorLine(line: string): Sample {
  const [wall, cpu] = line.split(" ").map(Number);
  if (wall === undefined || cpu === undefined || !Number.isFinite(wall + cpu)) {
    throw new BenchError(`failed to parse what the floor measured: "${line}"`, {
      code: "CONTENDER_FAILED",
    });
  }
  return { wallMs: wall / 1e6, cpuMs: cpu / 1e3 };
}

/** A contender that times itself: a program that runs the command for each line and prints what it took. */
export function openTimedProgram(program: string, args: readonly string[]): Contender {
  // A session of its own: Ctrl-C at the terminal is for this process, which then ends the program.
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const closed = once(child, "close");

  return {
    async start() {
      child.stdin.write("\n");
      const { done, value } = await lines.next();
      if (!done) return parseFloorLine(value);
      await closed;
      throw new BenchError(`failed to measure the floor: ${complaint.trim()}`, {
        code: "CONTENDER_FAILED",
      });
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await closed;
    },
  };
}

export const floor: Entry = {
  name: "floor",
  title: "the same system calls in plain C",
  section: "starts",
  origin: "ours",
  open: async ({ programs, rootfs, filter }) => openTimedProgram(programs.floor, [rootfs, filter]),
};

export const floorUnconfined: Entry = {
  name: "floor-unconfined",
  title: "the same without the seccomp filter",
  section: "starts",
  origin: "ours",
  open: async ({ programs, rootfs }) => openTimedProgram(programs.floor, [rootfs]),
};
