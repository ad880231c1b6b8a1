import { compareEqual, compareOrder } from "./compare.js";
import { FunctionFailure } from "./failure.js";
import type { FunctionTable, TemplateFunction } from "./function.js";
import { printFormat, WIDEST } from "./printf.js";
import { formatValue, isTrue, kindOf, toJson } from "./value.js";

const ANY = Number.POSITIVE_INFINITY;

/** The functions of Go's text/template that print, compare and take apart. */
const GO_FUNCTIONS: FunctionTable = {
  and: { arity: [1, ANY], stopsAt: (value) => !isTrue(value) },
  or: { arity: [1, ANY], stopsAt: isTrue },
  not: define(1, (value) => !isTrue(value)),
  eq: { arity: [1, ANY], call: (first, ...others) => isAnyEqual(first, others) },
  ne: define(2, (a, b) => !compareEqual(a, b)),
  lt: define(2, (a, b) => compareOrder(a, b) < 0),
  le: define(2, (a, b) => compareOrder(a, b) <= 0),
  gt: define(2, (a, b) => compareOrder(a, b) > 0),
  ge: define(2, (a, b) => compareOrder(a, b) >= 0),
  len: define(1, measure),
  index: { arity: [1, ANY], call: (value, ...keys) => keys.reduce(index, value) },
  slice: { arity: [1, 4], call: slice },
  print: { arity: [0, ANY], call: print },
  printf: { arity: [1, ANY], call: (format, ...args) => printFormat(expectString(format), args) },
  println: { arity: [0, ANY], call: (...args) => `${args.map(formatValue).join(" ")}\n` },
};

/** What Docker adds to them. */
const TEXT_FUNCTIONS: FunctionTable = {
  json: define(1, (value) => toJson(value)),
  join: define(2, (list, separator) => join(list, expectString(separator))),
  split: define(2, (text, separator) => expectString(text).split(expectString(separator))),
  lower: define(1, (text) => expectString(text).toLowerCase()),
  upper: define(1, (text) => expectString(text).toUpperCase()),
  title: define(1, (text) => capitalize(expectString(text))),
  pad: define(3, (text, before, after) => {
    return pad(expectString(text), expectCount(before), expectCount(after));
  }),
  truncate: define(2, (text, length) => sliceBytes(expectString(text), 0, expectCount(length))),
};

export const FUNCTIONS: FunctionTable = { ...GO_FUNCTIONS, ...TEXT_FUNCTIONS };

/** For the heading of a table: Docker's own functions leave it as it is. */
export const HEADING_FUNCTIONS: FunctionTable = {
  ...GO_FUNCTIONS,
  ...Object.fromEntries(
    Object.entries(TEXT_FUNCTIONS).map(([name, { arity }]): [string, TemplateFunction] => {
      return [name, { arity, call: (heading) => (typeof heading === "string" ? heading : "") }];
    }),
  ),
};

function define(count: number, call: (...args: unknown[]) => unknown): TemplateFunction {
  return { arity: [count, count], call };
}

function isAnyEqual(first: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new FunctionFailure("missing argument for comparison");
  return others.some((other) => compareEqual(first, other));
}

function measure(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  throw new FunctionFailure(
    value === undefined || value === null ? "len of nil pointer" : `len of type ${kindOf(value)}`,
  );
}

function index(value: unknown, key: unknown): unknown {
  if (value instanceof Map) {
    const name = expectString(key);
    return value.has(name) ? value.get(name) : zeroLike([...value.values()]);
  }
  if (value === undefined || value === null) throw new FunctionFailure("index of untyped nil");
  const list = typeof value === "string" ? Buffer.from(value) : value;
  if (!Array.isArray(list) && !Buffer.isBuffer(list)) {
    throw new FunctionFailure(`can't index item of type ${kindOf(value)}`);
  }
  if (kindOf(key) !== "int") {
    throw new FunctionFailure(`cannot index slice/array with type ${kindOf(key)}`);
  }
  const at = Number(key);
  if (at < 0 || at >= list.length) throw new FunctionFailure(`index out of range: ${at}`);
  return list[at];
}

/** What Go answers for a missing key: the zero of the type that all of the map's values have; an empty map's are strings. */
function zeroLike(values: readonly unknown[]): unknown {
  const zeros = { string: "", int: 0, float64: 0, bool: false, list: [], map: new Map() };
  const [kind = "string", ...others] = new Set(values.map(kindOf));
  if (others.length > 0 || !Object.hasOwn(zeros, kind)) return undefined;
  return zeros[kind as keyof typeof zeros];
}

function slice(value: unknown, ...bounds: unknown[]): unknown {
  const length = measure(value);
  if (typeof value !== "string" && !Array.isArray(value)) {
    throw new FunctionFailure(`can't slice item of type ${kindOf(value)}`);
  }
  if (typeof value === "string" && bounds.length > 2) {
    throw new FunctionFailure("cannot 3-index slice a string");
  }
  const [begin = 0, end = length] = bounds.map((bound) => {
    const at = expectCount(bound);
    if (at < 0 || at > length) throw new FunctionFailure(`index out of range: ${at}`);
    return at;
  });
  if (begin > end) throw new FunctionFailure(`invalid slice index: ${begin} > ${end}`);
  return typeof value === "string" ? sliceBytes(value, begin, end) : value.slice(begin, end);
}

/** As fmt.Sprint: a space between two arguments where neither is a string. */
function print(...args: unknown[]): string {
  return args
    .map((value, at) => {
      const gap = at > 0 && typeof value !== "string" && typeof args[at - 1] !== "string";
      return `${gap ? " " : ""}${formatValue(value)}`;
    })
    .join("");
}

function join(list: unknown, separator: string): string {
  if (list === null || list === undefined) return "";
  if (Array.isArray(list)) return list.map(formatValue).join(separator);
  throw new FunctionFailure(`expected a list; got ${kindOf(list)}`);
}

function capitalize(text: string): string {
  return text.replaceAll(/(?<![\p{L}\p{Nd}_])\p{L}/gu, (letter) => letter.toUpperCase());
}

function pad(text: string, before: number, after: number): string {
  if (Math.min(before, after) < 0 || Math.max(before, after) > WIDEST) {
    throw new FunctionFailure(`a number of spaces is 0 to ${WIDEST}`);
  }
  return text === "" ? "" : `${" ".repeat(before)}${text}${" ".repeat(after)}`;
}

/** Go counts bytes. */
function sliceBytes(text: string, begin: number, end: number): string {
  if (end < 0) throw new FunctionFailure(`index out of range: ${end}`);
  return Buffer.from(text).subarray(begin, end).toString();
}

function expectString(value: unknown): string {
  if (typeof value === "string") return value;
  throw new FunctionFailure(`expected string; got ${kindOf(value)}`);
}

function expectCount(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new FunctionFailure(`expected integer; got ${kindOf(value)}`);
}
