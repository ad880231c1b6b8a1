/** What the kernel has counted. A part is absent where its controller is not joined or the kernel has no such file. */
export interface CgroupStats {
  memory?: MemoryStats;
  cpu: CpuStats;
  pids?: PidsStats;
  io?: IoStats;
  /** v2 with pressure stall information: Documentation/accounting/psi.rst. */
  pressure?: { cpu?: Pressure; memory?: Pressure; io?: Pressure };
}

/** The part of {@link CgroupStats} that still says something when every process has ended. */
export interface CgroupTotals {
  cpu: CpuStats;
  /** As {@link MemoryStats.peak}. */
  peakMemory?: number;
  /** As {@link MemoryStats.oomKills}; 0 without the memory controller. */
  oomKills: number;
}

/** Bytes, and counts of events. */
export interface MemoryStats {
  usage: number;
  /** The most that was in use at once; v2 has it since Linux 5.19. */
  peak?: number;
  /** null for none. */
  limit: number | null;
  /** Of `usage`, pages of files that have not been used lately: what `docker stats` leaves out. */
  inactiveFile?: number;
  /** Swap in use, where the kernel counts it. */
  swap?: number;
  /** Processes that an out-of-memory killer has ended, whichever limit was the cause. */
  oomKills: number;
  /** How often the usage ran into the limit. Absent on v1, which no longer counts it where swap is limited as well. */
  maxEvents?: number;
}

/** Microseconds; the counts of periods are there where a quota can be set. */
export interface CpuStats {
  usageUs?: number;
  userUs?: number;
  systemUs?: number;
  periods?: number;
  throttledPeriods?: number;
  throttledUs?: number;
}

export interface PidsStats {
  current: number;
  /** null for none. */
  limit: number | null;
}

/** Sums over all devices. */
export interface IoStats {
  readBytes: number;
  writtenBytes: number;
  reads: number;
  writes: number;
}

export interface Pressure {
  some: PressureLine;
  /** Absent for cpu before Linux 5.13. */
  full?: PressureLine;
}

/** Percent of the last 10, 60 and 300 seconds in which tasks waited; the total in microseconds. */
export interface PressureLine {
  avg10: number;
  avg60: number;
  avg300: number;
  totalUs: number;
}
