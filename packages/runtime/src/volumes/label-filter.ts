import type { Volume } from "./volume.js";

/** What a label must be: there, of a value where one is given, or with `absent` just not that. */
export interface LabelFilter {
  name: string;
  value?: string;
  absent?: boolean;
}

export function matchesLabels(
  { labels }: Pick<Volume, "labels">,
  filters: readonly LabelFilter[],
): boolean {
  return filters.every(({ name, value, absent = false }) => {
    const there = Object.hasOwn(labels, name) && (value === undefined || labels[name] === value);
    return there !== absent;
  });
}
