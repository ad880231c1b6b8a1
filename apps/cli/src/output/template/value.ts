/**
 * What a template sees, as Go would: an array is a slice, a `Map` is a map whose missing keys are no value, any other object is a
 * struct whose unknown fields are a mistake, a function is a method of as many arguments as it names. `null` is a nil pointer, `undefined` no value.
 */
export type Kind =
  | "string"
  | "int"
  | "float64"
  | "bool"
  | "list"
  | "map"
  | "struct"
  | "func"
  | "nil";

export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return Number.isInteger(value) ? "int" : "float64";
    case "boolean":
      return "bool";
    case "function":
      return "func";
    default:
      if (value === null || value === undefined) return "nil";
      if (Array.isArray(value)) return "list";
      return value instanceof Map ? "map" : "struct";
  }
}

/** Go's truth: false, 0, nil and what is empty are false; a struct is true. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : Boolean(value);
}

/** A map's entries in the order of the keys. */
export function sortEntries(map: ReadonlyMap<unknown, unknown>): [key: string, value: unknown][] {
  return [...map]
    .map(([key, value]): [string, unknown] => [String(key), value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A struct's fields, without its methods. */
export function listFields(value: object): [name: string, value: unknown][] {
  return Object.entries(value).filter(([, field]) => typeof field !== "function");
}

/** A value as Go's `%v` prints it. */
export function formatValue(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(formatValue).join(" ")}]`;
  if (value instanceof Map) {
    const entries = sortEntries(value).map(([key, entry]) => `${key}:${formatValue(entry)}`);
    return `map[${entries.join(" ")}]`;
  }
  if (typeof value === "object") {
    return `{${listFields(value)
      .map(([, field]) => formatValue(field))
      .join(" ")}}`;
  }
  return String(value);
}

/** Go's shortest form: of what is no integer, below 1e-4 and from 1e6 on, with an exponent of two digits. */
function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || (size >= 1e-4 && size < 1e6)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** A value as JSON, with the entries of maps in the order of their keys. */
export function toJson(value: unknown, indent?: number): string {
  const replace = (_: string, inner: unknown) =>
    inner instanceof Map ? Object.fromEntries(sortEntries(inner)) : inner;
  return JSON.stringify(value, replace, indent) ?? "null";
}
