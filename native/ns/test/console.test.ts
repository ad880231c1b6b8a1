import { closeSync, createReadStream, fstatSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import {
  type LaunchedProcess,
  launch,
  MountFlag,
  type Plan,
  park,
  type Step,
} from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, runFailure } from "./support/container.js";

const suite = makeSuite("console");

const devpts: Step[] = [
  { op: "mount", source: "tmpfs", target: "/dev", fstype: "tmpfs", flags: MountFlag.MS_NOSUID },
  {
    op: "mount",
    source: "devpts",
    target: "/dev/pts",
    fstype: "devpts",
    flags: MountFlag.MS_NOSUID | MountFlag.MS_NOEXEC,
    data: "newinstance,ptmxmode=0666,mode=0620",
    createTarget: "directory",
  },
];

const onConsole: Partial<Plan> = {
  stdio: [{ kind: "console" }, { kind: "console" }, { kind: "console" }],
  steps: [...devpts, { op: "console", rows: 24, columns: 91, uid: 0, device: "/dev/console" }],
};

/** Everything that comes out of a console until its end, which the kernel calls EIO. */
async function readAll(process: LaunchedProcess): Promise<string> {
  assert.ok(process.console !== undefined);
  const stream = createReadStream("", { fd: process.console, autoClose: false });
  let text = "";
  try {
    for await (const chunk of stream) text += String(chunk);
  } catch (error) {
    assert.match(String(error), "EIO");
  }
  return text.replaceAll("\r", "").trim();
}

whenPossible("console", findObstacle(), () => {
  for (const init of [false, true])
    suite(`a terminal of the container's own (init: ${init})`, async () => {
      using rootfs = new Rootfs();
      const script =
        "stty size; readlink /proc/self/fd/0; test -t 0 && test -t 1 && test -t 2 && echo all; echo hi > /dev/console; echo tty > /dev/tty";
      const plan = makePlan(rootfs, script, { ...onConsole, init });
      const withTty: Step = { op: "mknod", path: "/dev/tty", mode: 0o020666, major: 5, minor: 0 };
      await using process = await launch({ ...plan, steps: [...plan.steps, withTty] });
      const text = await readAll(process);
      if (process.console !== undefined) closeSync(process.console);
      assert.match(text, /^24 91\n\/dev\/pts\/0\n/);
      assert.match(text, "\nall\nhi\ntty");
    });

  suite("is written to, resized and hung up", async () => {
    using rootfs = new Rootfs();
    const script = 'echo ready; read line; stty size; echo "got $line"; read more || exit 4';
    await using process = await launch(makePlan(rootfs, script, onConsole));
    assert.ok(process.console !== undefined);
    const terminal = new ReadStream(process.console);
    let text = "";
    const waitFor = async (wanted: string): Promise<void> => {
      while (!text.includes(wanted))
        text += String(await new Promise((go) => terminal.once("data", go)));
    };
    await waitFor("ready");
    process.resize({ rows: 50, columns: 132 });
    writeSync(process.console, "hello\n");
    await waitFor("got hello");
    assert.match(text, "50 132");
    assert.ok(fstatSync(process.console).isCharacterDevice());
    terminal.destroy();
    const exit = await process.exited;
    assert.ok(exit.kind === "signaled" ? exit.signalName === "SIGHUP" : exit.exitCode === 4);
  });

  suite("streams may be mixed", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "echo out; echo err >&2", {
      ...onConsole,
      stdio: [{ kind: "console" }, { kind: "pipe" }, { kind: "console" }],
    });
    await using process = await launch(plan);
    assert.is(await readAll(process), "err");
    if (process.console !== undefined) closeSync(process.console);
    let out = "";
    for await (const chunk of process.stdout ?? []) out += String(chunk);
    assert.is(out, "out\n");
  });

  suite("without a devpts it is refused", async () => {
    const console: Step = { op: "console", rows: 1, columns: 1, uid: 0 };
    assert.match(String(await runFailure([console])), "failed to make a console: ENOENT");
  });

  suite("comes from a process with memory of its own too", async () => {
    using rootfs = new Rootfs();
    await using parked = await park(
      makePlan(
        rootfs,
        "test -t 0 && test -t 1 && test -t 2 && readlink /proc/self/fd/0",
        onConsole,
      ),
    );
    await using process = await parked.release();
    assert.match(await readAll(process), "/dev/pts/0");
    if (process.console !== undefined) closeSync(process.console);
  });

  suite("a stream without its console is refused", async () => {
    const error = await runFailure([], {
      stdio: [{ kind: "console" }, { kind: "null" }, { kind: "null" }],
    });
    assert.match(String(error), "stdio");
  });
});

suite.run();
