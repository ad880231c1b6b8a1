import type { Architecture } from "../architecture.js";
import { SYSTEM_CALL_NUMBERS } from "./numbers.js";

const COLUMNS = ["x86_64", "x86", "x32", "aarch64", "arm"] as const;

let table: Map<string, string[]> | undefined;

function readTable(): Map<string, string[]> {
  const lines = SYSTEM_CALL_NUMBERS.trim().split("\n");
  return new Map(
    lines.map((line) => {
      const [name = "", ...numbers] = line.split(" ");
      return [name, numbers];
    }),
  );
}

/** The number of a system call; undefined where the architecture, or Linux, has none of that name. */
export function findNumber(name: string, architecture: Architecture): number | undefined {
  table ??= readTable();
  const numbers = table.get(name);
  const number = numbers?.[COLUMNS.indexOf(architecture.name)] ?? numbers?.at(-1);
  return number === undefined || number === "-" ? undefined : Number(number) + architecture.offset;
}
