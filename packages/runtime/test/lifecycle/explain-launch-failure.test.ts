import { NsError, type Plan } from "@dockher/ns";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RuntimeError } from "../../src/error.ts";
import { explainLaunchFailure } from "../../src/lifecycle/explain-launch-failure.ts";

const test = suite("explainLaunchFailure");

const plan: Plan = {
  args: ["true"],
  env: [],
  namespaces: [],
  stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
  steps: [
    { op: "mount", source: "overlay", target: "/x", fstype: "overlay", flags: 0 },
    { op: "mount", source: "proc", target: "/proc", fstype: "proc", flags: 0 },
    { op: "mount", target: "/", flags: 0 },
    { op: "open-tree", slot: 3, source: "/other", recursive: true },
    { op: "open-tree", slot: 4, source: "/srv/data", recursive: true },
    { op: "set-mount-attributes", slot: 4, set: 0, clear: 0, recursive: true, idmap: true },
    { op: "create-mount", slot: 5, fstype: "proc", attributes: 0 },
  ],
};
const explain = (error: unknown, userNamespace: "host" | "mapped" | "rootless" = "host") => {
  const explained = explainLaunchFailure(error, { plan, userNamespace });
  assert.instance(explained, RuntimeError);
  return explained as RuntimeError;
};
const fail = (step: number, errno: string): NsError =>
  new NsError("failed to mount", { code: "LAUNCH_FAILED", step, errno });

test("an overlay that cannot be mounted comes with what to do", () => {
  const error = explain(fail(0, "EINVAL"));
  assert.is(error.code, "OVERLAY_UNAVAILABLE");
  assert.match(error.hint ?? "", /--root/);
  assert.match(explain(fail(0, "EINVAL"), "mapped").hint ?? "", /Linux 5\.19/);
  assert.is(explain(fail(0, "ENODEV")).hint, "modprobe overlay");
});

test("a file system that cannot be mapped is named by what was to be mounted", () => {
  const error = explain(fail(5, "EINVAL"), "mapped");
  assert.is(error.code, "IDMAP_UNAVAILABLE");
  assert.match(error.message, /^failed to map \/srv\/data /);
});

test("without root: a hidden /proc, and user namespaces without rights", () => {
  assert.is(explain(fail(6, "EPERM"), "rootless").code, "PROC_UNAVAILABLE");
  assert.is(explain(fail(2, "EACCES"), "rootless").code, "USER_NAMESPACE_RESTRICTED");
});

test("everything else stays as it is", () => {
  for (const error of [fail(1, "EPERM"), new Error("x"), undefined]) {
    assert.is(explainLaunchFailure(error, { plan, userNamespace: "host" }), error);
  }
  const unknown = fail(6, "ENOMEM");
  assert.is(explainLaunchFailure(unknown, { plan, userNamespace: "rootless" }), unknown);
});

test.run();
