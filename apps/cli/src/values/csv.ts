import { UsageError } from "../error.js";

/**
 * Splits one record of comma-separated values, with double quotes as in RFC 4180, as Docker's `--mount` does.
 * @throws UsageError `INVALID_CSV` where a quote is not closed.
 */
export function splitCsv(text: string): string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === '"' && text[at + 1] === '"') {
      field += '"';
      at++;
    } else if (char === '"' && (quoted || field === "")) {
      quoted = !quoted;
    } else if (char === "," && !quoted) {
      fields.push(field);
      field = "";
    } else {
      field += char;
    }
  }
  if (quoted) {
    throw new UsageError(`failed to parse "${text}": a quote is not closed`, {
      code: "INVALID_CSV",
    });
  }
  return [...fields, field];
}
