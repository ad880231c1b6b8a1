const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const ESCAPE =
  /\\(?:x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([abfnrtv\\"'])|(.?))/gs;
const INTEGER =
  /^[+-]?(?:0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])*|[1-9](?:_?\d)*)$/;
const FLOAT =
  /^[+-]?(?=.*[.eE])(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?$/;

/** The value of a Go literal: a quoted or raw string, a character (which is its number), an integer, a float; undefined for what is none. */
export function readLiteral(written: string): string | number | undefined {
  if (written.startsWith("`")) return written.slice(1, -1).replaceAll("\r", "");
  if (written.startsWith('"')) return decodeEscapes(written.slice(1, -1), '"');
  if (written.startsWith("'")) {
    const [character, ...more] = decodeEscapes(written.slice(1, -1), "'") ?? "";
    return more.length === 0 ? character?.codePointAt(0) : undefined;
  }
  return readNumber(written);
}

/** A number that JavaScript can't hold exactly is none. */
function readNumber(written: string): number | undefined {
  const digits = written.replaceAll("_", "").replace(/^[+-]/, "");
  const sign = written.startsWith("-") ? -1 : 1;
  if (INTEGER.test(written)) {
    const octal = /^0\d/.test(digits) ? digits.replace(/^0/, "0o") : digits;
    const value = Number(octal);
    return Number.isSafeInteger(value) ? sign * value : undefined;
  }
  const value = Number(digits);
  return FLOAT.test(written) && Number.isFinite(value) ? sign * value : undefined;
}

/** Undefined where an escape is none of Go's. Bytes written as `\xNN` and `\NNN` join to UTF-8. */
function decodeEscapes(text: string, quote: string): string | undefined {
  const parts: Buffer[] = [];
  let end = 0;
  for (const match of text.matchAll(ESCAPE)) {
    const [all, hexadecimal, octal, short, long, simple] = match;
    parts.push(Buffer.from(text.slice(end, match.index)));
    end = match.index + all.length;
    if (hexadecimal !== undefined) parts.push(Buffer.of(Number.parseInt(hexadecimal, 16)));
    else if (octal !== undefined && octal < "400") parts.push(Buffer.of(Number.parseInt(octal, 8)));
    else if (short !== undefined || long !== undefined) {
      const point = Number.parseInt(short ?? long ?? "", 16);
      if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
      parts.push(Buffer.from(String.fromCodePoint(point)));
    } else if (simple !== undefined && !(simple !== quote && /["']/.test(simple))) {
      parts.push(Buffer.from(SIMPLE_ESCAPES[simple] ?? simple));
    } else return undefined;
  }
  parts.push(Buffer.from(text.slice(end)));
  return Buffer.concat(parts).toString();
}
