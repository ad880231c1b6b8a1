import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { OptionTable } from "../../src/arguments/option.ts";
import { parseArguments } from "../../src/arguments/parse.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseArguments");

const TABLE = {
  mem: { kind: "value", short: "m", placeholder: "SIZE", summary: "" },
  env: { kind: "list", short: "e", summary: "" },
  interactive: { kind: "flag", short: "i", summary: "" },
  tty: { kind: "flag", short: "t", summary: "" },
  rm: { kind: "flag", summary: "" },
  network: { kind: "value", aliases: ["net"], summary: "" },
  "read-only": { kind: "flag", summary: "" },
} as const satisfies OptionTable;

const parse = (...args: string[]) => parseArguments(args, TABLE);

test("what nobody wrote is undefined, and a list is empty", () => {
  assert.equal(parse().options, {
    mem: undefined,
    env: [],
    interactive: undefined,
    tty: undefined,
    rm: undefined,
    network: undefined,
    "read-only": undefined,
  });
});

test("each way to write a value", () => {
  for (const args of [["-m", "512m"], ["-m512m"], ["-m=512m"], ["--mem", "512m"], ["--mem=512m"]]) {
    assert.is(parse(...args).options.mem, "512m", args.join(" "));
  }
  assert.is(parse("--net", "host").options.network, "host");
});

test("clusters", () => {
  const { options, operands } = parse("-itm512m", "image");
  assert.is(options.interactive, true);
  assert.is(options.tty, true);
  assert.is(options.mem, "512m");
  assert.equal(operands, ["image"]);
  assert.is(parse("-itm", "1g").options.mem, "1g");
});

test("a flag never takes the next word", () => {
  const { options, operands } = parse("--rm", "true", "false");
  assert.is(options.rm, true);
  assert.equal(operands, ["true", "false"]);
  assert.is(parse("--rm=false").options.rm, false);
  assert.is(parse("-i=0").options.interactive, false);
});

test("a value may begin with a dash", () => {
  assert.is(parse("--mem", "-5").options.mem, "-5");
  assert.is(parse("-m", "--rm").options.mem, "--rm");
});

test("the last one of a value counts, each one of a list", () => {
  const { options } = parse("-m", "1", "-e", "A=1", "--mem=2", "--env=B=2", "-eC=3");
  assert.is(options.mem, "2");
  assert.equal(options.env, ["A=1", "B=2", "C=3"]);
});

test("what follows the first operand is untouched", () => {
  const tail = ["image", "node", "-e", "1", "--help", "--", "-m", "5", ""];
  assert.equal(parse("-t", ...tail).operands, tail);
  assert.equal(parse("-t", "--", "--rm", "x").operands, ["--rm", "x"]);
  assert.equal(parse("-", "x").operands, ["-", "x"]);
});

test("options between operands where the command takes them", () => {
  const { options, operands } = parseArguments(["a", "--rm", "b", "--", "-i"], TABLE, {
    interspersed: true,
  });
  assert.is(options.rm, true);
  assert.equal(operands, ["a", "b", "-i"]);
});

test("values stay what was written", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.string()), (value, list) => {
      const args = ["--mem", value, ...list.flatMap((each) => ["-e", each])];
      const { options, operands } = parse(...args, "image", value);
      assert.is(options.mem, value);
      assert.equal(options.env, list);
      assert.equal(operands, ["image", value]);
    }),
    {
      examples: [
        ["007", ["1e3", "a.b=c"]],
        ['"quoted"', ["'x'", "true", "__proto__", "\n"]],
      ],
    },
  );
});

test("refuses what it does not know", () => {
  assertThrows(() => parse("--bad"), "UNKNOWN_OPTION", /--bad/);
  assertThrows(() => parse("-ix"), "UNKNOWN_OPTION", /-x in -ix/);
  assertThrows(() => parse("--no-rm"), "UNKNOWN_OPTION");
  assertThrows(() => parse("--readOnly"), "UNKNOWN_OPTION");
  assertThrows(() => parse("--env.x=1"), "UNKNOWN_OPTION");
  assert.is(
    assertThrows(() => parse("--memo"), "UNKNOWN_OPTION").hint,
    "see --help for the options",
  );
  assert.is(
    assertThrows(() => parse("--read"), "UNKNOWN_OPTION").hint,
    "did you mean --read-only?",
  );
});

test("refuses a value that is missing and a flag that is neither", () => {
  assert.match(assertThrows(() => parse("--mem"), "MISSING_VALUE").hint ?? "", /--mem SIZE/);
  assertThrows(() => parse("-im"), "MISSING_VALUE", /-m/);
  assertThrows(() => parse("--rm=maybe"), "INVALID_FLAG", /maybe/);
});

test.run();
