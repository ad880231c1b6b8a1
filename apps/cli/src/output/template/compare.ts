import { FunctionFailure } from "./failure.js";
import { kindOf } from "./value.js";

const BASIC: ReadonlySet<string> = new Set(["string", "int", "float64", "bool"]);

/** @throws FunctionFailure for values of different kinds, and for lists, maps and structs. */
export function compareEqual(a: unknown, b: unknown): boolean {
  const [first, second] = [toBasicKind(a), toBasicKind(b)];
  if (first === "nil" || second === "nil") return first === second;
  if (first !== second) throw new FunctionFailure("incompatible types for comparison");
  return a === b;
}

/**
 * Negative where a comes before b, 0 where they are equal.
 * @throws FunctionFailure for anything but two numbers or two strings.
 */
export function compareOrder(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  const basic = [a, b].every((value) => BASIC.has(kindOf(value)) && typeof value !== "boolean");
  throw new FunctionFailure(
    basic ? "incompatible types for comparison" : "invalid type for comparison",
  );
}

/** JavaScript has one kind of number: 1 and 1.5 compare. */
function toBasicKind(value: unknown): string {
  const kind = kindOf(value);
  if (kind === "nil") return kind;
  if (!BASIC.has(kind)) throw new FunctionFailure(`non-comparable type ${kind}`);
  return typeof value;
}
