import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Machine } from "./dockher.ts";
import { Screen } from "./screen.ts";
import {
  describeTerminal,
  listChildren,
  recordSettings,
  startInFront,
  whenInState,
} from "./terminal-suite.ts";

const test = describeTerminal("leaving a terminal");

async function isRunning(machine: Machine, name: string): Promise<boolean> {
  const { stdout } = await machine.run(["inspect", "-f", "{{.State.Running}}", name]);
  return stdout === "true\n";
}

/** The exit code of the last command, and the terminal as it was. */
async function seeLeft(screen: Screen, code: number): Promise<void> {
  screen.enter("clear; echo out $code; stty -a > after; cmp before after && echo same");
  await screen.see(new RegExp(`^out ${code}\nsame$`, "m"));
}

/** Starts a line in front, so that its exit code is kept. */
async function startLine(screen: Screen, line: string): Promise<void> {
  await screen.see(/ready>\n$/);
  await recordSettings(screen);
  screen.enter(`${line}; code=$?`);
}

test("run -d -it, then attach, and the keys of the configuration", async ({ machine }) => {
  writeFileSync(join(machine.directory, "config.json"), '{ "detachKeys": "ctrl-x,DEL" }');
  const started = await machine.run(["run", "-d", "-it", "--name", "one", "busybox", "sh"]);
  assert.match(started.stdout, /^[0-9a-f]{64}\n$/, started.stderr);
  using screen = new Screen(machine);
  await startLine(screen, "DOCKHER_CONFIG=./config.json $D attach one");
  screen.enter("MINE=kept");
  await screen.see(/MINE=kept\n\/ #$/m);
  screen.press("C-x", "BSpace");
  await screen.see(/ready>\n$/);
  await seeLeft(screen, 0);
  await startLine(screen, "$D attach --no-stdin one");
  // Until it is seen: nobody knows when the command line has attached.
  const script = "while [ ! -e /seen ]; do echo shown > /proc/1/fd/1; sleep 0.05; done";
  const shown = machine.run(["exec", "one", "sh", "-c", script]);
  await screen.see(/shown/);
  await machine.run(["exec", "one", "touch", "/seen"]);
  await shown;
  screen.press("C-c");
  await screen.see(/ready>\n$/);
  await startLine(screen, "$D attach one");
  screen.enter("clear; echo $MINE; exit 9");
  await screen.see(/^kept$/m);
  await screen.see(/ready>\n$/);
  await seeLeft(screen, 9);
});

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  test(`${signal} ends the command line, and not the container`, async ({ machine }) => {
    const name = `one-${code}`;
    using screen = new Screen(machine);
    await screen.see(/^ready>\n$/);
    await recordSettings(screen);
    await machine.run(["run", "-d", "-it", "--name", name, "busybox", "sh"]);
    const pid = await startInFront(screen, `$D attach ${name}`);
    screen.enter("echo 'at' work");
    await screen.see(/^at work$/m);
    process.kill(pid, signal);
    await screen.see(/ready>\s*$/);
    screen.enter("code=$?");
    await seeLeft(screen, code);
    assert.ok(await isRunning(machine, name));
  });
}

test("a window that is closed ends the command line, and not the container", async ({
  machine,
}) => {
  const screen = new Screen(machine);
  await screen.see(/^ready>\n$/);
  await machine.run(["run", "-d", "-it", "--name", "window", "busybox", "sh"]);
  const pid = await startInFront(screen, "$D attach window");
  screen.enter("echo 'at' work");
  await screen.see(/^at work$/m);
  screen[Symbol.dispose]();
  await whenInState(pid, "-");
  assert.ok(await isRunning(machine, "window"));
});

test("a command that entered is left, and goes on", async ({ machine }) => {
  await machine.say("run", "-d", "--name", "entered", "busybox", "sleep", "1000");
  using screen = new Screen(machine);
  await startLine(screen, "$D exec -it --detach-keys x,y entered sh");
  await screen.see(/\/ #$/m);
  screen.enter("trap '' HUP; stty size > /size; echo $$ > /shell; while :; do sleep 1; done");
  screen.press("x", "y");
  await screen.see(/ready>\n$/);
  await seeLeft(screen, 0);
  const script = "read shell < /shell; kill -0 $shell && readlink /proc/$shell/fd/0; cat /size";
  assert.match(
    await machine.say("exec", "entered", "sh", "-c", script),
    /^\/dev\/(?:console|pts\/\d+)\n\d+ \d+\n$/,
  );
  await startLine(screen, "$D exec -it --detach-keys ctrl-x entered sh");
  screen.enter("clear; exit 6");
  await screen.see(/ready>\n$/);
  await seeLeft(screen, 6);
});

test("words that mean nothing to a container as it is are refused", async ({ machine }) => {
  await machine.say("run", "-d", "--name", "plain", "busybox", "sleep", "1000");
  await machine.say("run", "-dt", "--name", "shown", "busybox", "sleep", "1000");
  for (const [words, message] of [
    [["attach", "--detach-keys", "x", "plain"], /nobody types into a terminal of plain/],
    [["attach", "--detach-keys", "x", "--no-stdin", "shown"], /nobody types/],
    [["start", "-ai", "--detach-keys", "x", "plain"], /nobody types into a terminal of plain/],
    [["attach", "--sig-proxy", "shown"], /shown has a terminal/],
  ] as [string[], RegExp][]) {
    const { code, stderr } = await machine.run(words);
    assert.is(code, 1, `${words.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
  }
});

test("--sig-proxy=false keeps Ctrl-C for this side", async ({ machine }) => {
  using screen = new Screen(machine);
  await screen.see(/^ready>\n$/);
  const script = "echo up; exec sleep 1000";
  await startLine(
    screen,
    `$D run --rm=false --sig-proxy=false --name unproxied busybox sh -c '${script}'`,
  );
  await screen.see(/^up$/m);
  screen.press("C-c");
  await screen.see(/ready>\n$/);
  await seeLeft(screen, 130);
  assert.ok(await isRunning(machine, "unproxied"));
});

test("the first process is killed from outside", async ({ machine }) => {
  using screen = new Screen(machine);
  await screen.see(/^ready>\n$/);
  await recordSettings(screen);
  const pid = await startInFront(screen, "$D run -it busybox sh");
  await screen.see(/\/ #$/m);
  for (const init of listChildren(pid)) process.kill(init, "SIGKILL");
  await screen.see(/ready>\s*$/);
  screen.enter("code=$?");
  await seeLeft(screen, 137);
  await startLine(screen, "$D run -it --rm=false --name shot busybox sh");
  await screen.see(/\/ #$/m);
  assert.is((await machine.run(["kill", "shot"])).code, 0);
  await screen.see(/ready>\s*$/);
  await seeLeft(screen, 137);
});

test("what nobody can type is refused", async ({ machine }) => {
  for (const [words, code, message] of [
    [["run", "--detach-keys", "x", "busybox", "true"], 125, /nobody types into a terminal/],
    [["run", "-dit", "--detach-keys", "x", "busybox", "true"], 125, /nobody types into a terminal/],
    [["create", "--detach-keys", "x", "busybox", "true"], 1, /detach-keys/],
    [["start", "--detach-keys", "x", "one"], 1, /nobody types/],
    [["start", "-a", "--detach-keys", "x", "one"], 1, /nobody types/],
    [["start", "--sig-proxy=false", "one"], 1, /nobody is attached/],
    [["run", "-d", "--sig-proxy=false", "busybox", "true"], 125, /nobody is attached/],
    [["create", "--sig-proxy=false", "busybox", "true"], 1, /sig-proxy/],
    [["start", "-a", "one", "two"], 1, /cannot start and attach multiple containers at once/],
    [["attach", "--detach-keys", "xy", "one"], 1, /"xy" is no key/],
    [["attach"], 1, /one container is needed/],
    [["attach", "one", "two"], 1, /one container is needed/],
  ] as [string[], number, RegExp][]) {
    const result = await machine.run(words);
    assert.equal([result.code, result.stdout], [code, ""], `${words.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, message);
  }
});

test.run();
