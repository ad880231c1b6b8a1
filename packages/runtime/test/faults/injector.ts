import { execFileSync } from "node:child_process";
import { readSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Compiles inject.c into a directory; returns the program. */
export function buildInjector(directory: string): string {
  const source = fileURLToPath(new URL("./inject.c", import.meta.url));
  const program = join(directory, "inject");
  execFileSync("cc", ["-O2", "-std=gnu11", "-D_GNU_SOURCE", source, "-o", program]);
  return program;
}

export type ErrnoName = keyof typeof constants.errno;

/** A system call of a start: who made it, its how-manieth of those it was, and what it is called. */
export interface Call {
  group: number;
  index: number;
  name: string;
}

/** What inject.c counts apart. */
export const Group: { readonly node: 0; readonly startThread: 1; readonly firstChild: 2 } = {
  node: 0,
  startThread: 1,
  firstChild: 2,
};

/** The other end of inject.c's socket: this process is the one whose calls it makes fail. */
export class Injector {
  readonly #names: ReadonlyMap<string, string> = readCallNames();

  /** The threads that are there now are Node's own; those that come are start threads. */
  mark(): void {
    ask("mark");
  }

  /** Forgets the calls up to now, and makes one of those that come fail. */
  arm(call: Pick<Call, "group" | "index">, error: ErrnoName): void {
    ask(`arm ${call.group} ${call.index} ${constants.errno[error]}`);
  }

  /** Forgets the calls up to now. */
  watch(): void {
    ask("arm 0 0 0");
  }

  /** Whether the armed call came, and all calls since. */
  report(): { fired: boolean; calls: Call[] } {
    const [fired, ...entries] = ask("report").split(" ");
    const counts = new Map<number, number>();
    const calls = entries.map((entry) => {
      const [group = "", number = "", detail = "0"] = entry.split(":");
      const index = (counts.get(Number(group)) ?? 0) + 1;
      counts.set(Number(group), index);
      const name = this.#names.get(number) ?? `call ${number}`;
      return { group: Number(group), index, name: detail === "0" ? name : `${name}#${detail}` };
    });
    return { fired: fired === "1", calls };
  }
}

const CONTROL = 3;

function ask(line: string): string {
  writeSync(CONTROL, `${line}\n`);
  const buffer = Buffer.alloc(65_536);
  let answer = "";
  while (!answer.endsWith("\n")) answer += buffer.toString("latin1", 0, readSync(CONTROL, buffer));
  return answer.trimEnd();
}

/** The names of system calls by number, from the compiler's own headers. */
function readCallNames(): ReadonlyMap<string, string> {
  const macros = execFileSync("cc", ["-E", "-dM", "-include", "asm/unistd.h", "-"], {
    input: "",
    encoding: "utf8",
  });
  const names = macros.matchAll(/^#define __NR_(\w+) (\d+)$/gm);
  return new Map([...names].map(([, name = "", number = ""]) => [number, name]));
}
