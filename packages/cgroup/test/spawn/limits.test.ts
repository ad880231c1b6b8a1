import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Limits, toResources } from "../../src/spawn/limits.js";
import { assertRejects } from "../assert-rejects.js";

const test = suite("limits");

test("become OCI resources", () => {
  assert.equal(toResources({}), {});
  assert.equal(toResources({ memory: 5, cpu: 0.5, pids: 3, cpus: "0" }), {
    memory: { limit: 5 },
    cpu: { quota: 50_000, period: 100_000, cpus: "0" },
    pids: { limit: 3 },
  });
  assert.equal(toResources({ cpus: "0" }), { cpu: { cpus: "0" } });
});

test("what would mean no limit, and what is unknown, is refused", async () => {
  const bad = [
    { cpu: 0 },
    { cpu: -1 },
    { cpu: Number.NaN },
    { cpu: Number.POSITIVE_INFINITY },
    { cpu: 0.009 },
    { memory: -1 },
    { pids: 0 },
    { pids: -1 },
    { mem: 5 },
  ];
  for (const limits of bad) {
    await assertRejects(() => toResources(limits as Limits), "INVALID_LIMITS");
  }
});

test.run();
