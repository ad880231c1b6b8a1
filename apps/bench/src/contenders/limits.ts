/** The limits of the rows that have some: wide enough that none is reached. */
export const LIMITS: Record<"memory" | "cpuQuota" | "cpuPeriod" | "pids", number> = {
  /** Bytes. */
  memory: 200 * 2 ** 20,
  /** Microseconds in each period: one processor. */
  cpuQuota: 100_000,
  cpuPeriod: 100_000,
  pids: 100,
};
