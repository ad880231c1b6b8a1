import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkCgroups } from "../../src/host/check-cgroups.ts";
import { canRunContainers } from "../../src/host/host-report.ts";
import { probeHost } from "../../src/host/probe-host.ts";

const test = suite("probeHost");

test("says what the host can do, with a fix for all that is missing", async () => {
  const report = await probeHost();
  assert.ok(report.cpus >= 1);
  assert.ok(report.memory > 0);
  for (const check of report.checks) {
    if (check.status !== "ok") assert.ok(check.fix, check.name);
  }
  assert.is(
    canRunContainers(report),
    report.checks.every(({ status }) => status !== "missing"),
  );
});

test("a host without control groups is told what to do", () => {
  const report = {
    version: null,
    hybrid: false,
    controllers: [],
    missing: [],
    devices: false,
    enter: "nothing",
    places: [],
    problems: [{ code: "CGROUP_UNAVAILABLE", message: "there are none", hint: "mount them" }],
  } as const;
  assert.equal(checkCgroups(report, 0), [
    { name: "control groups", status: "missing", detail: "there are none", fix: "mount them" },
  ]);
  const [check] = checkCgroups(report, 1000);
  assert.is(check?.status, "limited");
  assert.is(check?.detail, "no limits: there are none");
});

test("a missing controller limits, but does not forbid", () => {
  const checks = checkCgroups({
    version: 2,
    hybrid: false,
    controllers: ["memory"],
    missing: [
      { controller: "cpu", purpose: "CPU time" },
      { controller: "io", purpose: "disk bandwidth", fix: "delegate it" },
    ],
    devices: false,
    enter: "nothing",
    places: [],
    problems: [],
  });
  assert.equal(
    checks.map(({ name, status }) => [name, status]),
    [
      ["control groups", "ok"],
      ["cpu controller", "limited"],
      ["io controller", "limited"],
    ],
  );
  assert.is(checks[2]?.fix, "delegate it");
});

test.run();
