import { performance } from "node:perf_hooks";
import type { Contender, Sample } from "../contender.js";
import { readCpuMs } from "./cpu-clock.js";
import type { MainThreadClock } from "./main-thread-clock.js";

/**
 * Starts a contender once and measures it, unless it measures itself.
 * The event loop is blocked for the whole of the call, also while the call sleeps, and later by what the
 * main thread runs until the end is known: in stretches, between which it is free.
 * `eventLoopUtilization` cannot tell: in Node.js 20 it counts the wait for a child as activity.
 */
export async function measureStart(
  contender: Contender,
  mainThread: MainThreadClock,
): Promise<Sample> {
  const cpu = readCpuMs();
  const stretches: number[] = [];
  let ran = 0;
  const endStretch = (): void => {
    const now = mainThread.readMs();
    stretches.push(now - ran);
    ran = now;
  };
  const begin = performance.now();
  const started = contender.start(endStretch);
  stretches.push(performance.now() - begin);
  ran = mainThread.readMs();
  const own = await started;
  const wallMs = performance.now() - begin;
  endStretch();
  return (
    own ?? {
      wallMs,
      cpuMs: readCpuMs() - cpu,
      blockedMs: Math.max(...stretches),
      mainThreadMs: stretches.reduce((sum, stretch) => sum + stretch, 0),
    }
  );
}
