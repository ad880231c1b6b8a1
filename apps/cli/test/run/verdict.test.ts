import type { ContainerResult } from "@dockher/runtime";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { renderVerdict, toRunExitCode } from "../../src/run/verdict.ts";

const test = suite("verdict");

function makeResult(change: Partial<ContainerResult> & { oomKills?: number }): ContainerResult {
  const { oomKills = 0, ...rest } = change;
  const usage = { cpuTimeUs: 0, userTimeUs: 0, systemTimeUs: 0, wallTimeMs: 0, peakMemory: 0 };
  return {
    id: "",
    reason: "exited",
    status: { exitCode: 0 },
    usage: { ...usage, oomKills },
    ...rest,
  };
}

test("silent where the command just ended", () => {
  assert.is(renderVerdict(makeResult({}), { limits: {}, timeout: undefined }), undefined);
  const signaled = makeResult({ reason: "signaled", status: { signal: "SIGKILL" } });
  assert.is(renderVerdict(signaled, { limits: {}, timeout: 5 }), undefined);
});

test("the memory limit", () => {
  const limits = { memory: 200 * 2 ** 20 };
  assert.is(
    renderVerdict(makeResult({ reason: "oom-killed", oomKills: 1 }), {
      limits,
      timeout: undefined,
    }),
    "the memory limit of 200MiB was reached: the kernel killed 1 process",
  );
  assert.match(
    renderVerdict(makeResult({ oomKills: 3 }), { limits, timeout: undefined }) ?? "",
    /killed 3 processes/,
  );
});

test("the time limit", () => {
  assert.is(
    renderVerdict(makeResult({ reason: "timed-out" }), { limits: {}, timeout: 1500 }),
    "the time limit of 1.5 s was reached: the container was killed",
  );
});

test("exit codes", () => {
  assert.is(toRunExitCode(makeResult({ status: { exitCode: 42 } })), 42);
  assert.is(toRunExitCode(makeResult({ status: { signal: "SIGKILL" } })), 137);
  assert.is(toRunExitCode(makeResult({ status: { signal: "SIGTERM" } })), 143);
});

test.run();
