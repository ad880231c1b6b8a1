import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { hrtime } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { CgroupStats } from "@dockher/cgroup";
import { openContainerCgroup } from "../lifecycle/container-cgroup.js";
import { readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer, type KeptContainer } from "./find-container.js";
import { refuseState } from "./refuse-state.js";

/** What a container uses now, of the kernel's counters. */
export interface ContainerStats {
  id: string;
  name: string;
  /** Percent of one processor since the sample before; 0 in the first. */
  cpuPercent: number;
  /** Bytes: without the pages of files that have not been used lately, as `docker stats` counts. */
  memoryUsage: number;
  /** Bytes: its own limit, or all that the machine has. */
  memoryLimit: number;
  processes: number;
  /** Bytes, of all but the loopback interface; 0 where it shares the host's network. */
  network: { received: number; sent: number };
  /** Bytes. */
  blockIo: { read: number; written: number };
  /** All that its cgroup counts; absent where it has none. */
  cgroup?: CgroupStats;
}

/** In nanoseconds and microseconds: what the next sample is compared with. */
interface Clock {
  at: bigint;
  usageUs: number;
}

export interface WatchStatsOptions extends ContainerTarget {
  /** Between two samples. Default 1000. */
  intervalMilliseconds?: number;
  signal?: AbortSignal;
}

/**
 * What a container uses, one sample after the other, until it has ended; the first has no time to compare with.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING`; the signal's reason
 */
export async function* watchStats(
  options: WatchStatsOptions,
): AsyncGenerator<ContainerStats, void, undefined> {
  const { intervalMilliseconds = 1000, signal } = options;
  const found = findContainer(options);
  let before: Clock | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const status = readStatus(found);
    if (status.state !== "running" && status.state !== "paused") {
      if (before === undefined) throw refuseState(found.config.name, status, "measure");
      return;
    }
    const cgroup = await openContainerCgroup(found.record)?.stats();
    const now = { at: hrtime.bigint(), usageUs: cgroup?.cpu.usageUs ?? 0 };
    yield describeStats(found, {
      pid: status.pid,
      cgroup,
      cpuPercent: before === undefined ? 0 : comparePercent(before, now),
    });
    before = now;
    await sleep(intervalMilliseconds, undefined, signal === undefined ? {} : { signal });
  }
}

/**
 * What a container uses, once: of the processor, in the interval that this takes.
 * @throws as {@link watchStats}, and `CONTAINER_NOT_RUNNING` where it ends meanwhile
 */
export async function readStats(options: WatchStatsOptions): Promise<ContainerStats> {
  let samples = 0;
  for await (const stats of watchStats(options)) if (++samples === 2) return stats;
  throw refuseState(findContainer(options).config.name, { state: "exited" }, "measure");
}

function comparePercent(before: Clock, now: Clock): number {
  const elapsedUs = Number(now.at - before.at) / 1000;
  return elapsedUs <= 0 ? 0 : Math.max(0, (100 * (now.usageUs - before.usageUs)) / elapsedUs);
}

interface Sample {
  pid: number;
  cgroup: CgroupStats | undefined;
  cpuPercent: number;
}

function describeStats(
  { config }: KeptContainer,
  { pid, cgroup, cpuPercent }: Sample,
): ContainerStats {
  const { usage = 0, inactiveFile = 0, limit = null } = cgroup?.memory ?? {};
  const shared = config.options.network === "host";
  return {
    id: config.id,
    name: config.name,
    cpuPercent,
    memoryUsage: inactiveFile < usage ? usage - inactiveFile : usage,
    memoryLimit: Math.min(limit ?? Number.POSITIVE_INFINITY, totalmem()),
    processes: cgroup?.pids?.current ?? 0,
    network: shared ? { received: 0, sent: 0 } : readNetwork(pid),
    blockIo: { read: cgroup?.io?.readBytes ?? 0, written: cgroup?.io?.writtenBytes ?? 0 },
    ...(cgroup === undefined ? {} : { cgroup }),
  };
}

/** proc_pid_net(5): the first column of /proc/PID/net/dev is received bytes, the ninth sent ones. */
function readNetwork(pid: number): ContainerStats["network"] {
  let text = "";
  try {
    text = readFileSync(`/proc/${pid}/net/dev`, "utf8");
  } catch {
    // It has just ended.
  }
  const total = { received: 0, sent: 0 };
  for (const [, name, counters = ""] of text.matchAll(/^\s*([^:\s]+):(.*)$/gm)) {
    if (name === "lo") continue;
    const columns = counters.trim().split(/\s+/).map(Number);
    total.received += columns[0] ?? 0;
    total.sent += columns[8] ?? 0;
  }
  return total;
}
