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
  ],
};
const fail = (step: number, errno: string): NsError =>
  new NsError("failed to mount", { code: "LAUNCH_FAILED", step, errno });

test("an overlay that cannot be mounted comes with what to do", () => {
  const error = explainLaunchFailure(fail(0, "EINVAL"), plan);
  assert.ok(error instanceof RuntimeError);
  assert.is(error.code, "OVERLAY_UNAVAILABLE");
  assert.match(error.hint ?? "", /--root/);
  const absent = explainLaunchFailure(fail(0, "ENODEV"), plan);
  assert.ok(absent instanceof RuntimeError && absent.hint === "modprobe overlay");
});

test("everything else stays as it is", () => {
  for (const error of [fail(1, "EPERM"), new Error("x"), undefined]) {
    assert.is(explainLaunchFailure(error, plan), error);
  }
});

test.run();
