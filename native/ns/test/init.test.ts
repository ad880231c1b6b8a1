import { once } from "node:events";
import { readFileSync } from "node:fs";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { launch, type Step } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run, runScript } from "./support/container.js";

const suite = makeSuite("init");
const init = true;
/** A shell opens it for what it starts in the background. */
const steps: Step[] = [
  { op: "mount", source: "tmpfs", target: "/dev", fstype: "tmpfs", flags: 0 },
  { op: "mknod", path: "/dev/null", mode: 0o020666, major: 1, minor: 3 },
];

whenPossible("init", findObstacle(), () => {
  suite("is PID 1 and the command is not", async () => {
    assert.match(
      await runScript("echo $$; cat /proc/1/cmdline", { init }),
      /^2\ndockher-init\0--\0/,
    );
  });

  suite("cannot be written from inside, nor is it the host's file", async () => {
    const stdout = await runScript(
      "readlink /proc/1/exe; (echo x > /proc/1/exe) 2>&1; (echo x >> /proc/1/exe) 2>&1",
      { init },
    );
    assert.match(stdout, "memfd:dockher-init");
    assert.is(stdout.match(/Text file busy|not permitted/g)?.length, 2);
  });

  suite("ends as the command ends", async () => {
    using rootfs = new Rootfs();
    const three = await run(makePlan(rootfs, "exit 3", { init }));
    assert.is(three.exit.kind === "exited" && three.exit.exitCode, 3);
    const killed = await run(makePlan(rootfs, "kill -9 $$", { init }));
    assert.is(killed.exit.kind === "exited" && killed.exit.exitCode, 137);
  });

  suite("forwards signals", async () => {
    using rootfs = new Rootfs();
    const script = 'trap "echo got TERM; exit 9" TERM; echo ready; while :; do sleep 0.1; done';
    await using process = await launch(makePlan(rootfs, script, { init }));
    const { stdout } = process;
    assert.ok(stdout);
    await once(stdout, "data");
    process.kill("SIGTERM");
    const [chunk] = await once(stdout, "data");
    assert.is(String(chunk).trim(), "got TERM");
    const exit = await process.exited;
    assert.is(exit.kind === "exited" && exit.exitCode, 9);
  });

  suite("reaps orphans", async () => {
    // The orphan's zombie would still be in the list.
    const script = "sh -c 'sleep 0.01 & exit'; sleep 0.1; ps";
    const stdout = await runScript(script, { init, steps });
    assert.not.match(stdout, /^ *\d+ 0 +(sleep|\[sleep\])/m);
    assert.match(stdout, "dockher-init");
  });

  suite("uses little memory", async () => {
    using rootfs = new Rootfs();
    await using process = await launch(makePlan(rootfs, "sleep 1000", { init }));
    const status = readFileSync(`/proc/${process.pid}/status`, "utf8");
    const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    assert.ok(resident < 128, `${resident} KiB`);
  });

  suite("kills what is left when the command ends", async () => {
    using rootfs = new Rootfs();
    const { exit } = await run(makePlan(rootfs, "sleep 1000 & exit 0", { init, steps }));
    assert.is(exit.kind === "exited" && exit.exitCode, 0);
  });
});

suite.run();
