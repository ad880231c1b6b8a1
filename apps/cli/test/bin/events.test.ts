import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { Machine } from "./dockher.ts";

const test = suite<{ machine: Machine; say: (...args: string[]) => Promise<string> }>("bin events");
const reason = findReasonToSkip();
if (reason !== undefined) console.log(`SKIP bin events: ${reason}`);

test.before((context) => {
  const machine = new Machine();
  Object.assign(context, { machine, say: machine.say.bind(machine) });
});
test.after(async ({ machine }) => {
  await machine.removeContainers();
  machine[Symbol.dispose]();
});

const ACTION = ["--format", "{{.Action}}"];

/** What has happened to a container until now. */
const list = (name: string, ...more: string[]): string[] => [
  "events",
  "--since",
  "0",
  "--until",
  "0s",
  "--filter",
  `container=${name}`,
  ...more,
];

test("what a restart policy does alone, each once and in its order", async ({ say }) => {
  const script = ["busybox", "sh", "-c", "exit 3"];
  await say("run", "-d", "--name", "failing", "--restart", "on-failure:2", ...script);
  assert.is(await say("wait", "failing"), "3\n");
  const format = ["--format", "{{.Action}}{{with .Actor.Attributes.exitCode}} {{.}}{{end}}"];
  const runs = "start\ndie 3\nstart\ndie 3\nstart\ndie 3\n";
  assert.is(await say(...list("failing", ...format)), `create\n${runs}`);
  assert.match(
    await say(...list("failing", "--filter", "event=die")),
    /^\S+\.\d{9}Z container die [0-9a-f]{64} \(execDuration=\d+, exitCode=3, image=busybox, name=failing\)\n/,
  );
});

test("a health that changes, and the name that stands for both", async ({ say }) => {
  // Well once, ill once, and ill again when that was told.
  const check = "mv /well /ill || { test -e /again && touch /end; touch /again; false; }";
  const health = ["--health-cmd", check, "--health-interval", "50ms", "--health-retries", "1"];
  const script = "touch /well; until test -e /end; do sleep 0.05; done";
  await say("run", "-d", "--name", "ill", ...health, "busybox", "sh", "-c", script);
  assert.is(await say("wait", "ill"), "0\n");
  const told = await say(...list("ill", "--filter", "event=health_status", ...ACTION));
  assert.is(told, "health_status: healthy\nhealth_status: unhealthy\n");
});

test("a command that enters, and the name that stands for each", async ({ machine, say }) => {
  await say("run", "-d", "--name", "entered", "busybox", "sleep", "1000");
  assert.is((await machine.run(["exec", "entered", "sh", "-c", "exit 5"])).code, 5);
  const format = ["--format", "{{.Action}}{{with .Actor.Attributes.exitCode}} {{.}}{{end}}"];
  const find = (event: string) => say(...list("entered", "--filter", `event=${event}`, ...format));
  assert.is(await find("exec_create"), "exec_create: sh -c exit 5\n");
  assert.is(await find("exec_start"), "exec_start: sh -c exit 5\n");
  assert.is(await find("exec_start: sh -c exit 5"), "exec_start: sh -c exit 5\n");
  assert.is(await find("exec_die"), "exec_die 5\n");
  assert.is(await find("exec"), "");
});

if (reason === undefined) test.run();
