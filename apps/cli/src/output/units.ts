/** Bytes in binary units, as memory is counted: `200MiB`. */
export function formatMemory(bytes: number): string {
  return scale(bytes, { base: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"], digits: 4 });
}

/** Bytes in decimal units, as files are counted: `1.664GB`; images and containers are shown with three digits. */
export function formatSize(bytes: number, { digits = 4 }: { digits?: 3 | 4 } = {}): string {
  return scale(bytes, { base: 1000, units: ["B", "kB", "MB", "GB", "TB", "PB"], digits });
}

interface Scale {
  base: number;
  units: readonly string[];
  /** At most so many significant ones. */
  digits: number;
}

/** What rounding makes a whole next unit is one: `1GB`, not `1000MB`. */
function scale(bytes: number, { base, units, digits }: Scale): string {
  let value = bytes;
  let unit = 0;
  while (round(value, digits) >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${round(value, digits)}${units[unit]}`;
}

function round(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
