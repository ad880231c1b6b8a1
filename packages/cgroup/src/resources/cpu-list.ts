const LIST = /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/;

/** No kernel is built for more: CONFIG_NR_CPUS ends at 8192. */
const MOST = 8192;

/** Parses a list such as `0-2,7`, the format of cpuset.cpus and cpuset.mems: cpuset(7). Undefined where it is none. */
export function parseCpuList(text: string): Set<number> | undefined {
  if (!LIST.test(text)) return undefined;
  const members = new Set<number>();
  for (const part of text.split(",")) {
    const [first, last = first] = part.split("-").map(Number);
    if (first === undefined || last === undefined || last < first || last >= MOST) return undefined;
    for (let member = first; member <= last; member++) members.add(member);
  }
  return members;
}
