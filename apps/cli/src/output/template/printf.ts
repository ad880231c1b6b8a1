import { FunctionFailure } from "./failure.js";
import { formatValue, kindOf } from "./value.js";

const VERB = /%(?:%|([-+# 0]*)(\*|\d+)?(?:\.(\*|\d*))?(.|$))/gsu;

/** More spaces than this would only fill memory. */
export const WIDEST = 1_000_000;
/** What JavaScript prints at most behind the point. */
const MOST_DIGITS = 100;

interface Verb {
  flags: string;
  precision: number | undefined;
}

/** What each verb makes of a value; undefined where it doesn't fit. */
const VERBS: Readonly<Record<string, (value: unknown, verb: Verb) => string | undefined>> = {
  s: (value, { precision }) => {
    return typeof value === "string" ? [...value].slice(0, precision).join("") : undefined;
  },
  q: (value) => (typeof value === "string" ? quoteString(value) : undefined),
  t: (value) => (typeof value === "boolean" ? String(value) : undefined),
  d: (value, verb) => formatInteger(value, 10, verb),
  b: (value, verb) => formatInteger(value, 2, verb),
  o: (value, verb) => formatInteger(value, 8, verb),
  x: (value, verb) => {
    return typeof value === "string" ? toHex(value) : formatInteger(value, 16, verb);
  },
  X: (value, verb) => VERBS["x"]?.(value, verb)?.toUpperCase(),
  c: (value) => (kindOf(value) === "int" ? toCharacter(Number(value)) : undefined),
  f: (value, { flags, precision = 6 }) => {
    return typeof value === "number" ? addSign(roundToEven(value, precision), flags) : undefined;
  },
  e: (value, { flags, precision = 6 }) => {
    if (typeof value !== "number") return undefined;
    return addSign(padExponent(value.toExponential(precision)), flags);
  },
  g: (value, { flags, precision }) => {
    if (typeof value !== "number") return undefined;
    const text = precision === undefined ? formatValue(value) : roundTo(value, precision);
    return addSign(text, flags);
  },
};

/**
 * Go's fmt.Sprintf, as far as templates need it: `%v %s %q %t %d %b %o %x %X %c %f %e %g` with flags, width and precision.
 * @throws FunctionFailure for a width or precision that would only fill memory.
 */
export function printFormat(format: string, args: readonly unknown[]): string {
  let at = 0;
  const takeNumber = (written: string | undefined, limit: number): number | undefined => {
    if (written === undefined) return undefined;
    const number = Number(written === "*" ? args[at++] : written);
    if (Math.abs(number) <= limit) return number;
    throw new FunctionFailure(`${written} is more than ${limit}`);
  };
  const text = format.replaceAll(
    VERB,
    (all, flags: string, width: string, precision: string, letter: string) => {
      if (all === "%%") return "%";
      const wide = takeNumber(width, WIDEST) ?? 0;
      const verb = { flags, precision: takeNumber(precision, MOST_DIGITS) };
      if (letter === "") return "%!(NOVERB)";
      if (at >= args.length) return `%!${letter}(MISSING)`;
      const value = args[at++];
      const numeric = typeof value === "number";
      return padTo(renderVerb(value, letter, verb), wide, { flags, numeric });
    },
  );
  const extra = args.slice(at).map(describe);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(", ")})`;
}

/** A list is rendered element by element. */
function renderVerb(value: unknown, letter: string, verb: Verb): string {
  if (letter === "v") return formatValue(value);
  if (Array.isArray(value)) {
    return `[${value.map((element) => renderVerb(element, letter, verb)).join(" ")}]`;
  }
  const render = Object.hasOwn(VERBS, letter) ? VERBS[letter] : undefined;
  return render?.(value, verb) ?? `%!${letter}(${describe(value)})`;
}

/** A string as a Go literal. */
export function quoteString(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
  };
  const escaped = text.replaceAll(/["\\]|(?! )[\p{C}\p{Z}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x20 || code === 0x7f) return escapes[character] ?? `\\x${hex.padStart(2, "0")}`;
    if (escapes[character] !== undefined) return escapes[character];
    return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

function describe(value: unknown): string {
  return value === null || value === undefined ? "<nil>" : `${kindOf(value)}=${formatValue(value)}`;
}

function formatInteger(value: unknown, base: number, { flags }: Verb): string | undefined {
  return kindOf(value) === "int" ? addSign(Number(value).toString(base), flags) : undefined;
}

function addSign(text: string, flags: string): string {
  if (text.startsWith("-")) return text;
  if (flags.includes("+")) return `+${text}`;
  return flags.includes(" ") ? ` ${text}` : text;
}

/** `%.1f`: of two numbers that are equally near, Go takes the even one and JavaScript the larger. */
function roundToEven(value: number, precision: number): string {
  const rounded = value.toFixed(precision);
  const exact = value.toFixed(MOST_DIGITS);
  const point = exact.indexOf(".") + (precision === 0 ? 0 : precision + 1);
  const kept = exact.slice(0, point);
  const isTie = /^\.?50*$/.test(exact.slice(point));
  return isTie && /[02468]$/.test(kept) ? kept : rounded;
}

/** What is no character becomes U+FFFD. */
function toCharacter(code: number): string {
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

function toHex(text: string): string {
  return Buffer.from(text).toString("hex");
}

function padExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** `%.4g`: so many significant digits, without zeros at the end. */
function roundTo(value: number, precision: number): string {
  const digits = Math.max(1, precision);
  const [, exponent = "0"] = value.toExponential(digits - 1).split("e");
  if (Number(exponent) < -4 || Number(exponent) >= digits) {
    return padExponent(Number(value.toPrecision(digits)).toExponential());
  }
  return String(Number(value.toPrecision(digits)));
}

function padTo(
  text: string,
  width: number,
  { flags, numeric }: { flags: string; numeric: boolean },
): string {
  const missing = Math.max(0, Math.abs(width) - [...text].length);
  if (flags.includes("-") || width < 0) return text + " ".repeat(missing);
  if (!flags.includes("0") || !numeric) return " ".repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}
