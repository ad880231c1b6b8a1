import { readdirSync, readFileSync } from "node:fs";
import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { Machine } from "./dockher.ts";
import { findScreenObstacle, type Screen } from "./screen.ts";

export interface TerminalContext {
  machine: Machine;
}

/** A suite in front of terminals, with a machine that has an image; afterwards its containers are gone. */
export function describeTerminal(name: string): Test<TerminalContext> {
  const test = suite<TerminalContext>(name);
  const reason = findReasonToSkip() ?? findScreenObstacle();
  if (reason !== undefined) {
    console.log(`SKIP ${name}: ${reason}`);
    return Object.assign(() => {}, test) as Test<TerminalContext>;
  }
  test.before(async (context) => {
    context.machine = new Machine();
    const { code, stderr } = await context.machine.run(["image", "bootstrap", "busybox"]);
    assert.is(code, 0, stderr);
  });
  test.after(async ({ machine }) => {
    await machine.removeContainers();
    machine[Symbol.dispose]();
  });
  return test;
}

/** Writes down in `before` how the terminal is set; then the shell waits for a line. */
export async function recordSettings(screen: Screen): Promise<void> {
  screen.enter("stty -a > before; echo 'written' down");
  await screen.see(/^written down\nready>\n$/m);
}

/** Starts a command line of ours in front, and gives its pid. */
export async function startInFront(screen: Screen, line: string): Promise<number> {
  screen.enter(`${line} & echo pid $!.; fg`);
  const text = await screen.see(/^pid \d+\.$/m);
  return Number(/^pid (\d+)\.$/m.exec(text)?.[1]);
}

/** The processes that the threads of a process have started and that are there now. */
export function listChildren(pid: number): number[] {
  const lists = readdirSync(`/proc/${pid}/task`).map((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"),
  );
  return lists.join(" ").split(" ").filter(Boolean).map(Number);
}

/** Resolves when a process is in one of the states of proc(5), such as `T`; `-` is none. */
export async function whenInState(pid: number, states: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!states.includes(readState(pid))) {
    if (Date.now() > deadline)
      throw new Error(`process ${pid} is ${readState(pid)}, not ${states}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function readState(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  } catch {
    return "-";
  }
}
