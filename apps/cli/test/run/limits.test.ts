import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLimits } from "../../src/run/limits.ts";
import { assertThrows } from "../assert-throws.ts";
import { readRun } from "./read-run.ts";

const test = suite("readLimits");
const MIB = 2 ** 20;
const read = (...args: string[]) => readLimits(readRun(...args, "debian").values, 2);

test("the project's first words", () => {
  assert.equal(read("--mem", "200", "--cpu", "50"), {
    memory: 200 * MIB,
    cpuQuota: 50_000,
    cpuPeriod: 100_000,
  });
  assert.equal(read("-m1g", "-p200%"), {
    memory: 1024 * MIB,
    cpuQuota: 200_000,
    cpuPeriod: 100_000,
  });
});

test("a weight of block I/O, where zero is none", () => {
  assert.equal(read("--blkio-weight", "300"), { blkioWeight: 300 });
  assert.equal(read("--blkio-weight", "0"), {});
  assertThrows(() => read("--blkio-weight", "much"), "INVALID_LIMIT", /--blkio-weight/);
});

test("Docker's words", () => {
  assert.equal(read("--memory", "209715200", "--cpus", "0.5"), {
    memory: 200 * MIB,
    cpuQuota: 50_000,
    cpuPeriod: 100_000,
  });
  assert.equal(read("--cpu-quota", "9000", "--cpu-period", "50000", "--cpuset-mems", "0"), {
    cpuQuota: 9000,
    cpuPeriod: 50_000,
    cpusetMems: "0",
  });
  assert.equal(read("--memory=1g", "--memory-swap=-1", "--memory-reservation=512m"), {
    memory: 1024 * MIB,
    memorySwap: -1,
    memoryReservation: 512 * MIB,
  });
  assert.equal(read("--cpu-shares", "512", "--cpuset-cpus", "0-1", "--pids-limit", "20"), {
    cpuShares: 512,
    cpusetCpus: "0-1",
    pids: 20,
  });
});

test("no limit, said by name", () => {
  assert.equal(read("--pids-limit", "-1"), { pids: -1 });
  assert.equal(read("--pids-limit=0"), { pids: -1 });
  assert.equal(read("--cpu-quota=-1"), { cpuQuota: -1 });
});

test("refuses what is no limit", () => {
  for (const text of ["0", "-5", "abc", "1e30", ""]) {
    assertThrows(() => read("--mem", text), "INVALID_SIZE", /--mem/);
    assertThrows(() => read("--memory", text), "INVALID_SIZE", /--memory/);
  }
  for (const text of ["0", "-1", "NaN", "201", "10000", "abc", ""]) {
    assertThrows(() => read("--cpu", text), "INVALID_CPU", /--cpu/);
  }
  assertThrows(() => read("--cpus", "3"), "INVALID_CPU", /--cpus/);
  assertThrows(() => read("--pids-limit", "many"), "INVALID_LIMIT");
  assertThrows(() => read("--cpu-shares", "-1"), "INVALID_LIMIT");
});

test("refuses two words for one limit", () => {
  assertThrows(() => read("--mem", "1", "--memory", "1"), "CONFLICTING_OPTIONS");
  assertThrows(() => read("--cpu", "1", "--cpus", "1"), "CONFLICTING_OPTIONS");
  assertThrows(() => read("--cpus", "1", "--cpu-period", "5000"), "CONFLICTING_OPTIONS");
});

test.run();
