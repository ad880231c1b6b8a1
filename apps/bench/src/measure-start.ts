import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Contender, Sample } from "./contender.js";
import { readCpuMs } from "./cpu-clock.js";

/**
 * Milliseconds for which the main thread has run on a processor.
 * Linux, Documentation/scheduler/sched-stats.rst: the first field of schedstat, in nanoseconds.
 */
function readMainThreadMs(): number {
  const schedstat = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "latin1");
  return Number.parseInt(schedstat, 10) / 1e6;
}

/**
 * Starts a contender once and measures it, unless it measures itself.
 * The event loop is blocked for the whole of the call, also while the call sleeps, and later by what the
 * main thread runs until the end is known. `eventLoopUtilization` cannot tell: in Node.js 20 it counts the
 * wait for a child as activity.
 */
export async function measureStart(contender: Contender): Promise<Sample> {
  const cpu = readCpuMs();
  const begin = performance.now();
  const started = contender.start();
  const callMs = performance.now() - begin;
  const ran = readMainThreadMs();
  const own = await started;
  const blockedMs = callMs + readMainThreadMs() - ran;
  const wallMs = performance.now() - begin;
  return own ?? { wallMs, cpuMs: readCpuMs() - cpu, blockedMs };
}
