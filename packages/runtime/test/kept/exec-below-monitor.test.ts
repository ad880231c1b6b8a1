import { text } from "node:stream/consumers";
import * as assert from "uvu/assert";
import { execAttached, execDetached } from "../../src/kept/exec-below-monitor.ts";
import { execInContainer } from "../../src/kept/exec-in-container.ts";
import { killContainer } from "../../src/kept/signal-container.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, start, target } = describeKept("exec below the monitor");

/** Runs a script in a container to its end; what it printed. */
async function run(container: string, script: string): Promise<string> {
  const command = ["sh", "-c", script];
  await using entered = await execInContainer({ ...target(container), command, stdout: "pipe" });
  const printed = entered.stdout === undefined ? "" : await text(entered.stdout);
  await entered.wait();
  return printed;
}

/** What is in a file, as soon as there is something. */
const whenThere = (container: string, path: string): Promise<string> =>
  run(container, `while [ ! -s ${path} ]; do sleep 0.01; done; cat ${path}`);

test("a command has its streams, and its end is known", async () => {
  const id = await start("sleep 1000");
  await using attached = await execAttached({
    ...target(id),
    command: ["sh", "-c", 'read word; echo "$word$MINE"; echo err >&2; exit 5'],
    env: { MINE: "!" },
  });
  attached.streams.stdin.end("hello\n");
  assert.equal(await Promise.all([text(attached.streams.stdout), text(attached.streams.stderr)]), [
    "hello!\n",
    "err\n",
  ]);
  assert.equal(await attached.wait(), { exitCode: 5 });
});

test("left alone, it goes on", async () => {
  const id = await start("sleep 1000");
  const script = "echo ready; while [ ! -e /go ]; do sleep 0.01; done; echo more; echo on > /went";
  {
    await using attached = await execAttached({ ...target(id), command: ["sh", "-c", script] });
    const [first] = await attached.streams.stdout.take(1).toArray();
    assert.is(String(first), "ready\n");
  }
  await run(id, "touch /go");
  assert.is(await whenThere(id, "/went"), "on\n");
});

test("a terminal has the size that it is given, and a signal ends it", async () => {
  const id = await start("sleep 1000");
  await using attached = await execAttached({
    ...target(id),
    command: [
      "sh",
      "-c",
      "stty size; while [ \"$(stty size)\" != '33 77' ]; do :; done; kill -9 $$",
    ],
    terminal: { rows: 21, columns: 91 },
  });
  let output = "";
  attached.streams.stdout.on("data", (chunk) => {
    output += chunk;
  });
  attached.streams.stderr.resume();
  await attached.streams.resize({ rows: 33, columns: 77 });
  assert.equal(await attached.wait(), { signal: "SIGKILL" });
  assert.match(output, /^(?:21 91|33 77)\r\n$/);
});

test("it dies with its container", async () => {
  const id = await start("sleep 1000");
  await using attached = await execAttached({ ...target(id), command: ["sleep", "1000"] });
  attached.streams.stdout.resume();
  attached.streams.stderr.resume();
  await killContainer(target(id));
  assert.equal(await attached.wait(), { signal: "SIGKILL" });
});

test("detached: stdin is open or not, and there is a terminal or not", async () => {
  const id = await start("sleep 1000");
  const detach = (script: string, options = {}) =>
    execDetached({ ...target(id), command: ["sh", "-c", script], ...options });
  await detach("cat; echo ended > /closed");
  assert.is(await whenThere(id, "/closed"), "ended\n");
  await detach("echo $$ > /reader; exec cat", { openStdin: true });
  const reader = (await whenThere(id, "/reader")).trim();
  assert.match(await run(id, `readlink /proc/${reader}/fd/0`), /^pipe:/);
  await detach("tty > /terminal; stty size >> /terminal; echo done > /done", {
    terminal: { rows: 24, columns: 80 },
  });
  await whenThere(id, "/done");
  assert.match(await run(id, "cat /terminal"), /^\/dev\/.*\n24 80\n$/);
});

test("what cannot be run is refused by its code", async () => {
  const id = await start("sleep 1000");
  await rejects(execAttached({ ...target(id), command: ["/nothing"] }), "COMMAND_NOT_FOUND");
  await rejects(execAttached({ ...target(id), command: ["/etc"] }), "COMMAND_NOT_EXECUTABLE");
  await rejects(execAttached({ ...target("nobody"), command: ["true"] }), "CONTAINER_NOT_FOUND");
  await killContainer(target(id));
  await rejects(execAttached({ ...target(id), command: ["true"] }), "CONTAINER_NOT_RUNNING");
});

test.run();
