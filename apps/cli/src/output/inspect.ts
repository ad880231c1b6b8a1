import { Template } from "./template/template.js";
import { toJson } from "./template/value.js";

/** The option of commands that show one thing, or things one by one. */
export const INSPECT_FORMAT_OPTION = {
  format: {
    kind: "value",
    short: "f",
    placeholder: "FORMAT",
    choices: ["json"],
    summary: "json, or a template such as '{{.Id}}' or '{{json .Config}}'",
  },
} as const;

/** As Docker's. */
const INDENT = 4;

export interface InspectOptions {
  /** What `--format` says. */
  format: string | undefined;
  print: (line: string) => void;
}

/**
 * Prints what `inspect` found: one JSON array, indented or with `json` in one line, or what a template makes of each.
 * The objects are as `template/value.ts` describes them: a `Map` may lack keys, any other object has all its fields.
 * @throws UsageError `INVALID_FORMAT`, before anything is printed.
 */
export function printInspected(
  objects: readonly object[],
  { format = "", print }: InspectOptions,
): void {
  if (format === "" || format === "json") {
    print(toJson(objects, format === "" && objects.length > 0 ? INDENT : undefined));
    return;
  }
  const template = new Template(format);
  for (const line of objects.map((object) => template.fill(object))) print(line);
}

/**
 * Prints facts about one thing: as JSON in one line, or what a template makes of them.
 * @throws UsageError `INVALID_FORMAT`
 */
export function printFacts(
  facts: object,
  { format, print }: { format: string; print: (line: string) => void },
): void {
  print(format === "json" ? toJson(facts) : new Template(format).fill(facts));
}
