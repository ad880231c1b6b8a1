import { UsageError } from "../error.js";

export interface FilterOption {
  kind: "list";
  short: "f";
  placeholder: string;
  choices: readonly string[];
  summary: string;
}

/** What `--filter` says: the values for each key. */
export type Filters<Key extends string> = ReadonlyMap<Key, readonly string[]>;

/** The option, with the keys that a command knows; the help page has room for some ten of them. */
export function describeFilter(
  keys: readonly string[],
  { summary = `Only what fits; keys: ${keys.join(" ")}` }: { summary?: string } = {},
): FilterOption {
  return {
    kind: "list",
    short: "f",
    placeholder: "KEY=VALUE",
    choices: keys.map((key) => `${key}=`),
    summary,
  };
}

/**
 * Reads the values of `--filter`.
 * @throws UsageError `INVALID_FILTER` for what is no `KEY=VALUE`, and for keys that the command does not know.
 */
export function parseFilters<Key extends string>(
  written: readonly string[],
  keys: readonly Key[],
): Filters<Key> {
  const filters = new Map<Key, string[]>();
  for (const filter of written) {
    const equals = filter.indexOf("=");
    if (equals === -1) throw refuseFilter(filter, "bad format of filter (expected name=value)");
    const name = filter.slice(0, equals).trim().toLowerCase();
    const key = keys.find((candidate) => candidate === name);
    if (key === undefined) {
      throw refuseFilter(filter, `invalid filter '${name}'`, `filters: ${keys.join(" ")}`);
    }
    filters.set(key, [...(filters.get(key) ?? []), filter.slice(equals + 1).trim()]);
  }
  return filters;
}

/**
 * Reads a filter that is true or false; undefined where it is not there.
 * @throws UsageError `INVALID_FILTER`
 */
export function readFlagFilter<Key extends string>(
  filters: Filters<Key>,
  key: NoInfer<Key>,
): boolean | undefined {
  const values = (filters.get(key) ?? []).map((value) => {
    if (/^(?:true|t|1)$/i.test(value)) return true;
    if (/^(?:false|f|0)$/i.test(value)) return false;
    throw refuseFilter(`${key}=${value}`, "it is neither true nor false");
  });
  if (new Set(values).size > 1) throw refuseFilter(key, "it is both true and false");
  return values[0];
}

/** Whether a thing has every label asked for: `KEY`, or `KEY=VALUE`. */
export function matchLabels(
  labels: Readonly<Record<string, string>>,
  wanted: readonly string[] = [],
): boolean {
  return wanted.every((label) => {
    const equals = label.indexOf("=");
    const key = equals === -1 ? label : label.slice(0, equals);
    if (!Object.hasOwn(labels, key)) return false;
    return equals === -1 || labels[key] === label.slice(equals + 1);
  });
}

export function refuseFilter(filter: string, reason: string, hint?: string): UsageError {
  return new UsageError(`failed to parse --filter ${JSON.stringify(filter)}: ${reason}`, {
    code: "INVALID_FILTER",
    hint,
  });
}
