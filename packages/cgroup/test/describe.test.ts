import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeCgroups } from "../src/index.js";
import { makeMachine, makeV1Machine, makeV2Machine, V2_MOUNT, v2Files } from "./machine.js";

const test = suite("describe");

test("v2 that works", () => {
  using machine = makeV2Machine();
  const report = describeCgroups({ root: machine.root });
  assert.equal(report.controllers, ["cpu", "cpuset", "io", "memory", "pids"]);
  assert.equal(report.missing, []);
  assert.equal(report.problems, []);
  assert.equal(report.places, [`${machine.root}/sys/fs/cgroup/dockher`]);
  assert.is(report.devices, false);
});

test("v1 with controllers missing", () => {
  using machine = makeV1Machine();
  const report = describeCgroups({ root: machine.root });
  assert.is(report.version, 1);
  assert.equal(
    report.missing.map(({ controller }) => controller),
    ["blkio", "cpuset", "devices"],
  );
  assert.is(report.devices, false);
});

test("read-only, and where we may have no children: a problem with its fix", () => {
  {
    using machine = makeV1Machine("ro");
    const report = describeCgroups({ root: machine.root });
    assert.equal(report.controllers, []);
    assert.is(report.problems.length, 4);
    assert.is(report.problems[0]?.code, "CGROUP_READ_ONLY");
  }
  using machine = makeMachine({
    mountinfo: [V2_MOUNT],
    cgroup: ["0::/"],
    files: v2Files("/sys/fs/cgroup", { procs: "1\n" }),
  });
  const [problem] = describeCgroups({ root: machine.root }).problems;
  assert.is(problem?.code, "CGROUP_NOT_DELEGATED");
  assert.match(problem?.hint ?? "", /mkdir/);
});

test("none at all", () => {
  const report = describeCgroups({ root: "/nonexistent" });
  assert.is(report.version, null);
  assert.is(report.problems[0]?.code, "CGROUP_UNAVAILABLE");
});

test.run();
