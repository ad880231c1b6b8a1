import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { Screen } from "./screen.ts";
import { describeTerminal, recordSettings } from "./terminal-suite.ts";

const test = describeTerminal("in a terminal");

/** In front of both: a child of the command line, and a container below a monitor. */
for (const [title, words] of [
  ["a run", "run -it"],
  ["a run below a monitor", "run -it --rm=false"],
] as const) {
  test(`${title}: a shell with job control, Ctrl-C, Ctrl-Z, and the terminal as it was`, async ({
    machine,
  }) => {
    using screen = new Screen(machine);
    await screen.see(/^ready>\n$/);
    await recordSettings(screen);
    screen.enter(`$D ${words} busybox sh`);
    await screen.see(/\/ #$/m);
    screen.enter("sh -c 'echo first; exec sleep 1000'");
    await screen.see(/^first$/m);
    screen.press("C-c");
    screen.enter("echo code $?");
    await screen.see(/^code 130$/m);
    screen.enter("sh -c 'echo second; exec sleep 1000'");
    await screen.see(/^second$/m);
    screen.press("C-z");
    await screen.see(/Stopped/);
    screen.enter("jobs; kill -9 %1; wait; tty");
    await screen.see(/^\/dev\/(?:pts\/0|console)$/m);
    screen.enter("exit 7");
    await screen.see(/ready>\n$/);
    screen.enter("echo out $?; stty -a > after; cmp before after && echo same");
    await screen.see(/^out 7\nsame$/m);
  });

  test(`${title}: the window's size, at the start and when it changes`, async ({ machine }) => {
    using screen = new Screen(machine, { columns: 91, rows: 27 });
    await screen.see(/^ready>\n$/);
    screen.enter(`$D ${words} busybox sh`);
    await screen.see(/\/ #$/m);
    screen.enter("stty size");
    await screen.see(/^27 91$/m);
    screen.resize({ columns: 73, rows: 21 });
    screen.enter("while [ \"$(stty size)\" != '21 73' ]; do :; done; echo resized");
    await screen.see(/^resized$/m);
    screen.enter("exit");
    await screen.see(/ready>\n$/);
  });

  test(`${title}: vi and less`, async ({ machine }) => {
    using screen = new Screen(machine);
    await screen.see(/^ready>\n$/);
    screen.enter(`$D ${words} busybox sh`);
    await screen.see(/\/ #$/m);
    screen.enter("vi /note");
    await screen.see(/\/note.*1\/1/);
    screen.press("i");
    await screen.see(/^I \/note/m);
    screen.press("h", "e", "l", "l", "o");
    await screen.see(/^hello$/m);
    screen.press("Escape");
    await screen.see(/^- \/note/m);
    screen.enter(":wq");
    await screen.see(/\/ #$/m);
    screen.enter("cat /note; seq 1 200 | less");
    await screen.see(/^1\n2\n3$/m);
    screen.press("G");
    await screen.see(/^200$/m);
    screen.press("q");
    await screen.see(/\/ #$/m);
    screen.enter("exit");
    await screen.see(/ready>\n$/);
  });
}

test("detach, attach again, and what happened meanwhile", async ({ machine }) => {
  using screen = new Screen(machine);
  await screen.see(/^ready>\n$/);
  await recordSettings(screen);
  screen.enter("$D run -it --rm=false --name left busybox sh");
  await screen.see(/\/ #$/m);
  screen.enter("MINE=kept");
  screen.press("C-p", "C-q");
  await screen.see(/ready>\n$/);
  screen.enter("echo out $?; stty -a > after; cmp before after && echo same");
  await screen.see(/^out 0\nsame$/m);
  screen.enter("clear; $D ps --format '{{.Names}} {{.State}}'");
  await screen.see(/^left running\nready>\n$/m);
  // The shell draws its prompt again: nobody has to type to see where he is.
  screen.enter("clear; $D attach --detach-keys x,y left");
  await screen.see(/^\/ #$/m);
  screen.enter("echo $MINE xx");
  await screen.see(/^kept xx$/m);
  screen.press("x", "y");
  await screen.see(/ready>\n$/);
  screen.enter("$D attach left");
  screen.enter("exit 3");
  await screen.see(/exit 3\nready>\n$/);
  screen.enter("echo out $?");
  await screen.see(/^out 3$/m);
  screen.enter("clear; $D start -ai left");
  await screen.see(/\/ #$/m);
  screen.enter("exit 4");
  await screen.see(/ready>\n$/);
  const filters = "-f container=left -f event=attach -f event=detach";
  screen.enter(`clear; $D events --since 0 --until 0s ${filters} --format '{{.Action}}'`);
  await screen.see(/^attach\ndetach\nattach\ndetach\nattach\nattach\nready>\n$/m);
});

test("the terminal is as it was when the container's side is killed", async ({ machine }) => {
  using screen = new Screen(machine);
  await screen.see(/^ready>\n$/);
  await recordSettings(screen);
  screen.enter("$D run -it --rm=false --name victim busybox sh");
  await screen.see(/\/ #$/m);
  const inspected = await machine.run(["inspect", "-f", "{{.Directory}}", "victim"]);
  const state = readFileSync(`${inspected.stdout.trim()}/state.json`, "utf8");
  process.kill(JSON.parse(state).monitor.pid, "SIGKILL");
  await screen.see(/dockher: .*\n[\s\S]*ready>\s*$/);
  screen.enter("echo out $?; stty -a > after; cmp before after && echo same");
  await screen.see(/^out 125\nsame$/m);
  assert.match((await machine.run(["ps", "-a"])).stdout, /Exited \(255\).*victim/);
});

test("a container that is left behind by a killed command line goes on", async ({ machine }) => {
  using screen = new Screen(machine);
  await screen.see(/^ready>\n$/);
  screen.enter("$D run -it --rm=false --name alone busybox sh & echo pid $!; fg");
  await screen.see(/\/ #$/m);
  const pid = /pid (\d+)/.exec(screen.read())?.[1];
  process.kill(Number(pid), "SIGKILL");
  await screen.see(/Killed/);
  assert.is((await machine.run(["ps", "--format", "{{.Names}}"])).stdout, "alone\n");
});

test.run();
