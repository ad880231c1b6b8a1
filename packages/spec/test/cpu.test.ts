import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseCpuPercentage, parseCpus } from "../src/cpu.ts";

const test = suite("CPU limits");

test("50 percent is half of each period", () => {
  assert.is(parseCpuPercentage("50", { online: 2 }), 50_000);
  assert.is(parseCpuPercentage("50%", { online: 2 }), 50_000);
  assert.is(parseCpuPercentage("200", { online: 2 }), 200_000);
  assert.is(parseCpuPercentage("1", { online: 1 }), 1000);
});

test("0.5 CPUs are the same", () => {
  assert.is(parseCpus("0.5", { online: 1 }), 50_000);
  assert.is(parseCpus("2", { online: 4 }), 200_000);
});

test("refuses more than the machine has, and too little to run", () => {
  for (const text of ["0", "-1", "NaN", "101", "10000", "", "0.5", "1e1", "half"]) {
    assert.throws(
      () => parseCpuPercentage(text, { online: 1, name: "--cpu" }),
      (error: Error & { code?: string; hint?: string }) =>
        error.code === "INVALID_CPU" &&
        error.message.startsWith(`failed to parse --cpu "${text}"`) &&
        error.hint === "this machine has 1 CPU: write 1% to 100%",
      text,
    );
  }
  for (const text of ["0", "-1", "2.5", "x", "0.001"]) {
    assert.throws(() => parseCpus(text, { online: 2 }), /failed to parse number of CPUs/, text);
  }
});

test.run();
