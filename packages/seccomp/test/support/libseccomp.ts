import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { LinuxSeccomp, LinuxSeccompArg, SeccompOperator } from "@dockher/spec";
import { toReturnValue } from "../../src/compile/action.ts";
import type { Machine } from "../../src/index.ts";
import { buildProgram } from "./build-program.ts";

const OPERATORS: readonly SeccompOperator[] = [
  ...(["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ"] as const),
  ...(["SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"] as const),
];

/** seccomp.h, SCMP_ARCH_*. */
const TOKENS: Readonly<Record<string, number>> = {
  SCMP_ARCH_X86_64: 0xc000003e,
  SCMP_ARCH_X86: 0x40000003,
  SCMP_ARCH_X32: 0x4000003e,
  SCMP_ARCH_AARCH64: 0xc00000b7,
  SCMP_ARCH_ARM: 0x40000028,
};

export interface Libseccomp extends Disposable {
  /** The program, or the errno of the call that failed. */
  compile(seccomp: LinuxSeccomp, options: LibseccompOptions): Promise<Uint8Array | number>;
}

export interface LibseccompOptions {
  machine: Machine;
  optimization: "priority" | "binary-tree";
}

/** The library behind a process; the reason where it is not here. */
export function openLibseccomp(): Libseccomp | string {
  const program = buildProgram(new URL("../oracle/libseccomp.c", import.meta.url), ["-lseccomp"]);
  if (typeof program === "string") return program;
  const child = spawn(program.path, { stdio: ["pipe", "pipe", "inherit"] });
  const answers = readAnswers(child.stdout);
  return {
    async compile(seccomp, options) {
      child.stdin.write(describe(seccomp, options));
      const { value } = await answers.next();
      if (value === undefined) throw new Error("libseccomp's process has ended");
      return value;
    },
    [Symbol.dispose]() {
      child.kill();
      program.remove();
    },
  };
}

/** Answers come in the order of the questions. */
async function* readAnswers(stdout: Readable): AsyncGenerator<Uint8Array | number, undefined> {
  let waiting = Buffer.alloc(0);
  for await (const chunk of stdout) {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4) {
      const length = Math.max(0, waiting.readInt32LE());
      if (waiting.length < 4 + length) break;
      yield length === 0
        ? -waiting.readInt32LE()
        : Uint8Array.from(waiting.subarray(4, 4 + length));
      waiting = waiting.subarray(4 + length);
    }
  }
}

/** The calls that runc makes for a profile. */
function describe(seccomp: LinuxSeccomp, { machine, optimization }: LibseccompOptions): string {
  const own = `SCMP_ARCH_${machine.toUpperCase()}`;
  const architectures = new Set([own, ...(seccomp.architectures ?? [])]);
  const lines = [...architectures].map((name) => `A ${TOKENS[name]}`);
  const otherwise = toReturnValue(seccomp.defaultAction, seccomp.defaultErrnoRet);
  for (const { names, action, errnoRet, args = [] } of seccomp.syscalls ?? []) {
    const value = toReturnValue(action, errnoRet);
    if (value === otherwise) continue;
    const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
    const alternatives = isRepeated ? args.map((arg) => [arg]) : [args];
    for (const name of names) {
      for (const alternative of alternatives) {
        const words = alternative.map(describeArgument).join(" ");
        lines.push(`R ${value} ${name} ${alternative.length} ${words}`);
      }
    }
  }
  lines.push(`G ${otherwise} ${optimization === "priority" ? 1 : 2}`);
  return `${lines.join("\n")}\n`;
}

function describeArgument({ index, op, value, valueTwo = 0 }: LinuxSeccompArg): string {
  return `${index} ${OPERATORS.indexOf(op) + 1} ${value} ${valueTwo}`;
}
