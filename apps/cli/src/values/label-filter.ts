import type { LabelFilter } from "@dockher/runtime";

/** Reads the values of `label=NAME[=VALUE]`, or with `absent` of `label!=NAME[=VALUE]`. */
export function readLabelFilters(
  texts: readonly string[] = [],
  { absent = false }: { absent?: boolean } = {},
): LabelFilter[] {
  return texts.map((text) => {
    const equals = text.indexOf("=");
    return equals === -1
      ? { name: text, absent }
      : { name: text.slice(0, equals), value: text.slice(equals + 1), absent };
  });
}
