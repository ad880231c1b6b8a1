/**
 * CPU shares of v1 (2 to 262144, default 1024) as a weight of v2 (1 to 10000, default 100).
 * The curve through both ends and both defaults that runc 1.3.2 and crun 1.23 took up; the older straight line
 * made 39 of the default: opencontainers/cgroups `ConvertCPUSharesToCgroupV2Value`.
 */
export function convertSharesToWeight(shares: number): number {
  if (shares <= 2) return 1;
  if (shares >= 262_144) return 10_000;
  const l = Math.log2(shares);
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34));
}

/** Block I/O weight of v1 (10 to 1000) as io.weight of v2 (1 to 10000), on the line that crun and runc use. */
export function convertBlkioWeight(weight: number): number {
  return Math.floor(1 + ((weight - 10) * 9999) / 990);
}

/**
 * `memory.swap` of the OCI specification counts memory and swap together, memory.swap.max of v2 swap alone.
 * Without a value, swap is limited with memory: 200 MB means 200 MB.
 */
export function convertSwap(limit: number, swap: number | undefined): string {
  if (limit === -1 || swap === -1) return "max";
  return String((swap ?? limit) - limit);
}
