import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan, Step } from "../src/index.js";
import { findObstacle, findUserObstacle, nobody, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run, runScript } from "./support/container.js";

const suite = makeSuite("a clean start");

function readStatus(field: string, status: string): string | undefined {
  return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(status)?.[1];
}

const pipes: Plan["stdio"] = [{ kind: "null" }, { kind: "pipe" }, { kind: "pipe" }];

/** keyctl (KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) */
const askKeyring = ["perl", "-e", `print syscall(${process.arch === "x64" ? 250 : 219}, 0, -3, 0)`];

whenPossible("a clean start", findObstacle(), () => {
  for (const init of [false, true])
    suite(`no descriptor but 0 to 2 (init: ${init})`, async () => {
      const leaks = [openSync("/etc/hostname", "r"), openSync("/", "r")];
      const stdout = await runScript("ls /proc/self/fd", { init });
      for (const fd of leaks) closeSync(fd);
      assert.is(stdout, "0\n1\n2\n3");
    });

  for (const init of [false, true])
    suite(`default signals, empty mask (init: ${init})`, async () => {
      // Node itself ignores SIGPIPE; a shell would add what shells ignore.
      const ignored = readStatus("SigIgn", readFileSync("/proc/self/status", "utf8"));
      assert.is.not(ignored, "0000000000000000");
      const status = await runScript("", { init, args: ["cat", "/proc/self/status"] });
      for (const field of ["SigIgn", "SigBlk"])
        assert.is(readStatus(field, status), "0000000000000000");
    });

  suite("a session and a process group of its own", async () => {
    const status = await runScript("cat /proc/self/stat");
    const [, , , , group, session] = status.split(" ");
    assert.is(group, "1");
    assert.is(session, "1");
  });

  suite("a session keyring of its own", async () => {
    const steps: Step[] = [];
    const plan = {
      args: askKeyring,
      env: ["PATH=/usr/bin:/bin"],
      namespaces: [],
      stdio: pipes,
      steps,
    };
    const inside = await run(plan);
    const [command = "", ...args] = askKeyring;
    const outside = execFileSync(command, args, { encoding: "utf8" });
    assert.match(inside.stdout, /^\d+$/);
    assert.is.not(inside.stdout, outside);
  });

  suite("no environment but the plan's", async () => {
    process.env["NS_TEST_SECRET"] = "secret";
    const stdout = await runScript("cat /proc/1/environ; env", { env: ["PATH=/bin", "ONE=1"] });
    assert.not.match(stdout, "NS_TEST_SECRET");
    assert.match(stdout, "ONE=1");
  });

  suite("null streams are null, inherited ones are the caller's", async () => {
    using rootfs = new Rootfs();
    const fd = openSync(rootfs.join("out"), "w+");
    const plan = makePlan(rootfs, "cat; readlink /proc/self/fd/0; echo done", {
      stdio: [{ kind: "null" }, { kind: "inherit", fd }, { kind: "inherit", fd }],
    });
    const { exit } = await run(plan);
    closeSync(fd);
    assert.is(exit.kind === "exited" && exit.exitCode, 0);
    assert.is(readFileSync(rootfs.join("out"), "utf8"), "/dev/null\ndone\n");
  });

  suite("Node's own streams survive swapped", async () => {
    // stdin, stdout and stderr of the child come from 2, 1 and 0 of this process.
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "test /proc/self/fd/0 -ef /proc/self/fd/0", {
      stdio: [
        { kind: "inherit", fd: 2 },
        { kind: "inherit", fd: 1 },
        { kind: "inherit", fd: 0 },
      ],
    });
    const { exit } = await run({ ...plan, args: ["/bin/true"] });
    assert.is(exit.kind === "exited" && exit.exitCode, 0);
  });

  suite("Node keeps its umask and directory", async () => {
    const before = [process.umask(), process.cwd()];
    await runScript("true", {
      steps: [
        { op: "gid", gid: 1000 },
        { op: "uid", uid: 1000, keepCapabilities: false },
      ],
    });
    assert.equal([process.umask(), process.cwd()], before);
  });

  whenPossible("Node stays dumpable", findUserObstacle(), () => {
    suite("Node stays dumpable", () => {
      // The owner of /proc/PID/environ shows it: root's where the memory is not dumpable.
      const script = ["--input-type=module", "-e", DUMPABLE_PROGRAM];
      const owner = execFileSync(process.execPath, script, { ...nobody, encoding: "utf8" });
      assert.is(owner.trim(), "65534 65534");
    });
  });
});

/** For an unprivileged user: who owns /proc/self/environ before and after a start. */
const DUMPABLE_PROGRAM = `
import { statSync } from "node:fs";
import { launch } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
const none = { kind: "null" };
const plan = (args) => ({ args, env: [], namespaces: [], stdio: [none, none, none], steps: [] });
const owner = statSync("/proc/self/environ").uid;
await (await launch(plan(["/bin/true"]))).exited;
console.log(\`\${owner} \${statSync("/proc/self/environ").uid}\`);
`;

suite.run();
