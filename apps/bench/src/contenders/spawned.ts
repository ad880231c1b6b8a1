import { spawn } from "node:child_process";
import { DEFAULT_PATH } from "@dockher/spec";
import type { Contender } from "../contender.js";
import { BenchError } from "../error.js";

/** How much of a failed program's complaint is shown. */
const COMPLAINT_LENGTH = 300;

const { PATH = DEFAULT_PATH, HOME = "/" } = process.env;

/** The environment of every measured process. NODE_EXTRA_CA_CERTS alone makes Node 20 start 2.6 times dearer. */
export const ENVIRONMENT: Readonly<Record<string, string>> = { PATH, HOME };

/**
 * Spawns a program and resolves when it has exited with 0.
 * @throws BenchError `CONTENDER_FAILED`.
 */
export function spawnToExit(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown) =>
      reject(
        new BenchError(`failed to run ${command}: ${reason}`, { code: "CONTENDER_FAILED", cause }),
      );
    // A session of its own: at Ctrl-C the program that is being measured still ends by itself.
    spawn(command, args, { env: ENVIRONMENT, stdio: "ignore", detached: true })
      .once("error", (error) => fail(error.message, error))
      .once("exit", (code, signal) =>
        code === 0 ? resolve() : fail(`${signal ?? `exit ${code}`}`),
      );
  });
}

/**
 * Runs a program to its end and resolves to its standard output.
 * @throws BenchError `CONTENDER_FAILED`, with what it wrote to standard error.
 */
export function captureOutput(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: ENVIRONMENT,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    let complaint = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    const fail = (reason: string, cause?: unknown) =>
      reject(
        new BenchError(`failed to run ${command}: ${reason.slice(0, COMPLAINT_LENGTH)}`, {
          code: "CONTENDER_FAILED",
          cause,
        }),
      );
    child.once("error", (error) => fail(error.message, error));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else fail(complaint.trim() || `${signal ?? `exit ${code}`}`);
    });
  });
}

/**
 * A contender that is a program with the same arguments each time.
 * @throws BenchError `CONTENDER_FAILED` where it cannot run here.
 */
export async function openProgram(command: string, args: readonly string[]): Promise<Contender> {
  await captureOutput(command, args);
  return {
    async start() {
      await spawnToExit(command, args);
      return undefined;
    },
    async [Symbol.asyncDispose]() {},
  };
}
