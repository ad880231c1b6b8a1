import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { encodePlan } from "../src/encode.js";
import { whenPossible } from "./support/capability.js";
import { anyPlan } from "./support/plans.js";

const suite = makeSuite("decode fuzz");
const shim = new URL("../shim/", import.meta.url).pathname;
const RUNS = 200_000;

function findFuzzObstacle(): string | undefined {
  // Pure computation: it proves the same on any kernel, at a tenth of the speed in an emulated one.
  if (process.env["WITH_CGROUP_V2"] !== undefined) return "does not depend on the kernel";
  const clang = spawnSync("clang", ["-fsanitize=fuzzer", "-x", "c", "-", "-o", "/dev/null"], {
    input: "int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }",
  });
  return clang.status === 0 ? undefined : "needs clang with libFuzzer";
}

whenPossible("decode fuzz", findFuzzObstacle(), () => {
  suite("no input makes the decoder read out of bounds", () => {
    const directory = mkdtempSync(path.join(tmpdir(), "ns-fuzz-"));
    try {
      const corpus = path.join(directory, "corpus");
      mkdirSync(corpus);
      fc.sample(anyPlan, { numRuns: 60, seed: 1 }).forEach((plan, index) => {
        writeFileSync(path.join(corpus, String(index)), encodePlan(plan));
      });
      const program = path.join(directory, "fuzz");
      const sources = ["fuzz/decode.c", "plan.c", "record.c"].map((file) => path.join(shim, file));
      const sanitizers = "-fsanitize=fuzzer,address,undefined";
      execFileSync("clang", [
        "-O1",
        "-g",
        sanitizers,
        "-fno-sanitize-recover=all",
        ...sources,
        "-o",
        program,
      ]);
      const args = [`-runs=${RUNS}`, "-seed=1", "-max_len=8192", "-verbosity=0", corpus];
      const { status, stderr } = spawnSync(program, args, { cwd: directory, encoding: "utf8" });
      assert.is(status, 0, stderr.slice(-4000));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

suite.run();
