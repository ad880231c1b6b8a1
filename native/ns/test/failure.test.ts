import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { formatErrno } from "../src/errno.js";
import { describeFailure, type Failure } from "../src/failure.js";
import { nameSignal, type Plan } from "../src/index.js";

const suite = makeSuite("failure");

const plan: Plan = {
  args: ["tool"],
  env: [],
  namespaces: [{ type: "pid" }, { type: "network", path: "/run/netns/a" }],
  stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
  cgroups: { version: 2, path: "/sys/fs/cgroup/a" },
  steps: [
    { op: "loopback-up" },
    { op: "mount", source: "proc", target: "/proc", fstype: "proc", flags: 0 },
    { op: "mount", target: "/", flags: 1 },
  ],
};

function describe(failure: Partial<Failure>): string {
  const whole = { phase: 0, index: -1, errno: 1, detail: 0, signal: 0, ...failure };
  return describeFailure(plan, whole).message;
}

suite("a failure names what failed and why", () => {
  const perm = "EPERM (operation not permitted)";
  assert.is(describe({ phase: 16, index: 1 }), `failed to mount proc on /proc: ${perm}`);
  assert.is(describe({ phase: 16, index: 2 }), `failed to change the mount on /: ${perm}`);
  assert.is(describe({ phase: 2, index: 0 }), `failed to open namespace /run/netns/a: ${perm}`);
  assert.is(
    describe({ phase: 12, index: 0 }),
    `failed to join network namespace /run/netns/a: ${perm}`,
  );
  assert.is(describe({ phase: 3 }), `failed to open cgroup /sys/fs/cgroup/a: ${perm}`);
  assert.is(describe({ phase: 5, index: 2 }), `failed to set up stderr: ${perm}`);
  assert.match(
    describe({ phase: 20, signal: 9 }),
    "it was killed by SIGKILL before its first instruction",
  );
});

suite("a failure carries its step, errno and hint", () => {
  const error = describeFailure(plan, { phase: 16, index: 1, errno: 38, detail: 0, signal: 0 });
  assert.is(error.step, 1);
  assert.is(error.errno, "ENOSYS");
  assert.is(error.code, "LAUNCH_FAILED");
  assert.is(error.hint, "Linux 5.12 or newer is needed");
});

suite("a lack of memory is no fault of the command", () => {
  const error = describeFailure(plan, { phase: 18, index: -1, errno: 12, detail: 0, signal: 0 });
  assert.is(error.code, "LAUNCH_FAILED");
  assert.is(error.hint, "raise the memory limit");
});

suite("errnos and signals have names", () => {
  assert.match(formatErrno(8), "ENOEXEC");
  assert.match(formatErrno(122), "EDQUOT");
  assert.match(formatErrno(4000), "4000");
  assert.is(nameSignal(15), "SIGTERM");
  assert.is(nameSignal(36), "SIGRTMIN+2");
});

suite.run();
