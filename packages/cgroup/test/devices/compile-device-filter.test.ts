import type { LinuxDeviceCgroup } from "@dockher/spec";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileDeviceFilter } from "../../src/devices/compile-device-filter.ts";

const test = suite("compileDeviceFilter");

interface Request {
  type: "b" | "c";
  access: number;
  major: number;
  minor: number;
}

/** Runs a program as the kernel would; throws where it leaves the program or does not end. */
function execute(program: Uint8Array, request: Request): boolean {
  const code = new DataView(program.buffer, program.byteOffset, program.length);
  const context = [
    (request.access << 16) | (request.type === "b" ? 1 : 2),
    request.major,
    request.minor,
  ];
  const registers = new Array<number>(6).fill(0);
  for (let at = 0; at < program.length / 8; at++) {
    const op = code.getUint8(at * 8);
    const destination = code.getUint8(at * 8 + 1) & 15;
    const source = code.getUint8(at * 8 + 1) >> 4;
    const offset = code.getInt16(at * 8 + 2, true);
    const immediate = code.getInt32(at * 8 + 4, true);
    const value = registers[destination] ?? 0;
    if (op === 0x61) registers[destination] = context[offset / 4] ?? 0;
    else if (op === 0xbc) registers[destination] = registers[source] ?? 0;
    else if (op === 0xb4) registers[destination] = immediate;
    else if (op === 0x54) registers[destination] = (value & immediate) >>> 0;
    else if (op === 0x74) registers[destination] = value >>> immediate;
    else if (op === 0x15 && value === immediate) at += offset;
    else if (op === 0x55 && value !== immediate) at += offset;
    else if (op === 0x95) return registers[0] === 1;
  }
  throw new Error("the program has no end");
}

/** The rule in words: the last that fits decides. */
function judge(rules: readonly LinuxDeviceCgroup[], request: Request): boolean {
  const bits = { m: 1, r: 2, w: 4 } as const;
  for (const rule of rules.toReversed()) {
    const access = [...(rule.access ?? "rwm")].reduce((all, one) => all | bits[one as "m"], 0);
    const covers = rule.allow ? (request.access & ~access) === 0 : (request.access & access) !== 0;
    const typeFits = rule.type === undefined || rule.type === "a" || rule.type === request.type;
    const majorFits = rule.major === undefined || rule.major === request.major;
    const minorFits = rule.minor === undefined || rule.minor === request.minor;
    if (covers && typeFits && majorFits && minorFits) return rule.allow;
  }
  return false;
}

test("opens what is listed and nothing else", () => {
  const program = compileDeviceFilter([
    { allow: false, access: "rwm" },
    { allow: true, type: "c", access: "m" },
    { allow: true, type: "c", major: 1, minor: 3, access: "rwm" },
  ]);
  assert.ok(execute(program, { type: "c", access: 6, major: 1, minor: 3 }));
  assert.ok(execute(program, { type: "c", access: 1, major: 8, minor: 0 }));
  assert.not.ok(execute(program, { type: "b", access: 1, major: 8, minor: 0 }));
  assert.not.ok(execute(program, { type: "c", access: 2, major: 10, minor: 200 }));
});

test("no rules open nothing", () => {
  assert.not.ok(execute(compileDeviceFilter([]), { type: "c", access: 2, major: 1, minor: 3 }));
});

test("decides as the rules read, for any rules and requests", () => {
  const number = fc.integer({ min: 0, max: 3 });
  const rule = fc.record(
    {
      allow: fc.boolean(),
      type: fc.constantFrom("a" as const, "b" as const, "c" as const),
      major: number,
      minor: number,
      access: fc.constantFrom("r", "w", "m", "rw", "rwm"),
    },
    { requiredKeys: ["allow"] },
  );
  const request = fc.record({
    type: fc.constantFrom("b" as const, "c" as const),
    access: fc.integer({ min: 1, max: 7 }),
    major: number,
    minor: number,
  });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 8 }), request, (rules, asked) => {
      assert.is(execute(compileDeviceFilter(rules), asked), judge(rules, asked));
    }),
    { numRuns: 2000 },
  );
});

test.run();
