import { readFileSync } from "node:fs";

/** proc(5): USER_HZ, the unit of the times in /proc/PID/stat; 100 on every architecture that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Milliseconds of CPU of the children that were waited for, from the text of /proc/PID/stat.
 * One reading is exact to a tick of 10 ms, so only the mean of many differences says something.
 */
export function parseChildrenCpuMs(stat: string): number {
  // The name in parentheses may hold spaces; after it, field 3 comes first and 16 and 17 are cutime and cstime.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[13]) + Number(fields[14])) * 1000) / TICKS_PER_SECOND;
}

/** Milliseconds of CPU so far of this process, all its threads, and its reaped children. */
export function readCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + parseChildrenCpuMs(readFileSync("/proc/self/stat", "latin1"));
}
