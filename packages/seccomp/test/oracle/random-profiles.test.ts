import type { LinuxSeccomp } from "@dockher/spec";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileFilter } from "../../src/compile/compile-filter.ts";
import { evaluate } from "../support/evaluate.ts";
import { interpret } from "../support/interpret.ts";
import { type Libseccomp, openLibseccomp } from "../support/libseccomp.ts";
import {
  type ArbitrarySeccomp,
  arbitraryConflict,
  arbitrarySeccomp,
  listCalls,
} from "../support/profiles.ts";

const test = suite("random profiles");
const library = openLibseccomp();
if (typeof library === "string") console.log(`SKIP the comparison with libseccomp: ${library}`);
const EEXIST = 17;
const numRuns = 1000;

function compileOurs({ machine, seccomp }: ArbitrarySeccomp): Uint8Array {
  return compileFilter({ seccomp, machine, newer: "default-action" }).program;
}

/** Undefined where it refuses rules that contradict one another. */
async function compileTheirs(
  libseccomp: Libseccomp,
  { machine, seccomp }: ArbitrarySeccomp,
): Promise<Uint8Array | undefined> {
  const compiled = await libseccomp.compile(seccomp, { machine, optimization: "binary-tree" });
  if (typeof compiled !== "number") return compiled;
  if (compiled === EEXIST) return undefined;
  throw new Error(`libseccomp failed with errno ${compiled}`);
}

/** libseccomp 2.5 forgets to load an argument again before some second rule on it, so there it is no oracle. */
function isTooMuchForLibseccomp({ syscalls = [] }: LinuxSeccomp): boolean {
  const rules = syscalls.flatMap(({ names, args = [] }) =>
    names.flatMap((name) => args.map(({ index }) => `${name} ${index}`)),
  );
  return new Set(rules).size < rules.length;
}

function describe(arbitrary: ArbitrarySeccomp, call: unknown): string {
  const show = (_: string, value: unknown): unknown =>
    typeof value === "bigint" ? `0x${value.toString(16)}` : value;
  return `${JSON.stringify(call, show)} under ${JSON.stringify(arbitrary, show)}`;
}

test("the program decides what the profile says, and as libseccomp does", async () => {
  let calls = 0;
  let compared = 0;
  const property = fc.asyncProperty(arbitrarySeccomp, async (arbitrary) => {
    const program = compileOurs(arbitrary);
    const theirs =
      typeof library === "string" || isTooMuchForLibseccomp(arbitrary.seccomp)
        ? undefined
        : await compileTheirs(library, arbitrary);
    for (const call of listCalls(arbitrary)) {
      calls++;
      const meant = evaluate(arbitrary.seccomp, arbitrary.machine, call);
      const { value } = interpret(program, call);
      if (value !== meant) assert.is(value, meant, describe(arbitrary, call));
      if (theirs === undefined) continue;
      compared++;
      const { value: expected } = interpret(theirs, call);
      if (value !== expected) assert.is(value, expected, describe(arbitrary, call));
    }
  });
  await fc.assert(property, { numRuns });
  console.log(`  ${calls} calls decided as is meant, ${compared} of them compared with libseccomp`);
});

test("rules that contradict one another count in libseccomp's order, as far as it keeps that", async () => {
  if (typeof library === "string") return;
  let calls = 0;
  let others = 0;
  for (const arbitrary of fc.sample(arbitraryConflict, { numRuns, seed: 1 })) {
    const theirs = await compileTheirs(library, arbitrary);
    if (theirs === undefined) continue;
    const ours = compileOurs(arbitrary);
    for (const call of listCalls(arbitrary)) {
      calls++;
      if (interpret(ours, call).value !== interpret(theirs, call).value) others++;
    }
  }
  console.log(`  ${calls} calls, ${others} decided otherwise`);
  assert.ok(others < calls / 1000, `${others} of ${calls}`);
});

test.after(() => {
  if (typeof library !== "string") library[Symbol.dispose]();
});
test.run();
