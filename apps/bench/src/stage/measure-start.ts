import { performance } from "node:perf_hooks";
import type { Contender, Sample } from "../contender.js";
import { readCpuMs } from "./cpu-clock.js";
import type { MainThreadClock } from "./main-thread-clock.js";

/**
 * Starts a contender once and measures it, unless it measures itself.
 * The event loop is blocked for the whole of the call, also while the call sleeps, and later by what the
 * main thread runs until the end is known. `eventLoopUtilization` cannot tell: in Node.js 20 it counts the
 * wait for a child as activity.
 */
export async function measureStart(
  contender: Contender,
  mainThread: MainThreadClock,
): Promise<Sample> {
  const cpu = readCpuMs();
  const begin = performance.now();
  const started = contender.start();
  const callMs = performance.now() - begin;
  const ran = mainThread.readMs();
  const own = await started;
  const wallMs = performance.now() - begin;
  const blockedMs = callMs + mainThread.readMs() - ran;
  return own ?? { wallMs, cpuMs: readCpuMs() - cpu, blockedMs };
}
