import { UsageError } from "../error.js";
import { readFileLines } from "./file-lines.js";

/**
 * Reads `--label-file` and `--label` into one set: files first, the flags override them.
 * @throws UsageError `INVALID_LABEL`, `LABEL_FILE_UNREADABLE`
 */
export function readLabels({
  labels,
  labelFiles,
}: {
  labels: readonly string[];
  labelFiles: readonly string[];
}): Record<string, string> {
  const options = { option: "--label-file", code: "LABEL_FILE_UNREADABLE" };
  const lines = labelFiles.flatMap((file) => readFileLines(file, options));
  return parseLabels([...lines.map(({ line }) => line), ...labels]);
}

/**
 * Parses Docker's `NAME[=VALUE]` of an option; without a value it is empty, and the last of one name counts.
 * @throws UsageError `INVALID_LABEL`
 */
export function parseLabels(
  texts: readonly string[],
  option: "--annotation" | "--label" = "--label",
): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf("=");
    const name = equals === -1 ? text : text.slice(0, equals);
    if (name === "") {
      throw new UsageError(`failed to parse ${option} "${text}": it has no name`, {
        code: "INVALID_LABEL",
        hint: "write name or name=value",
      });
    }
    labels[name] = equals === -1 ? "" : text.slice(equals + 1);
  }
  return labels;
}
