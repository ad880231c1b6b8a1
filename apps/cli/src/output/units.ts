/** Bytes in binary units, as memory is counted: `200 MiB`. */
export function formatMemory(bytes: number): string {
  return scale(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB"], " ");
}

/** Bytes in decimal units, as Docker shows images: `206MB`. */
export function formatSize(bytes: number): string {
  return scale(bytes, 1000, ["B", "kB", "MB", "GB", "TB"], "");
}

function scale(bytes: number, base: number, units: readonly string[], gap: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${Number(value.toPrecision(value < 1000 ? 3 : 4))}${gap}${units[unit]}`;
}

const AGES: readonly [seconds: number, unit: string][] = [
  [31_536_000, "year"],
  [2_592_000, "month"],
  [604_800, "week"],
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
];

/** How long ago, in Docker's words: `3 minutes ago`. */
export function formatAge(created: Date, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - created.getTime()) / 1000));
  for (const [length, unit] of AGES) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "less than a minute ago";
}
