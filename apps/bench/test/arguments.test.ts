import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BenchOptions, parseArguments } from "../src/arguments.ts";
import { CONTENDER_NAMES } from "../src/contender.ts";
import { BenchError } from "../src/error.ts";

const test = suite("parseArguments");

function parseOptions(...argv: string[]): BenchOptions {
  const command = parseArguments(argv, "/results");
  if (command.action !== "measure") throw new Error(`unexpected action ${command.action}`);
  return command.options;
}

test("measures everything and keeps the results by default", () => {
  assert.equal(parseOptions(), {
    rounds: 60,
    only: new Set(CONTENDER_NAMES),
    json: "/results/latest.json",
    svg: "/results/latest.svg",
  });
});

test("does not replace the results of a whole run by a part", () => {
  for (const argv of [["--quick"], ["--only", "floor"]]) {
    const options = parseOptions(...argv);
    assert.is(options.json, undefined);
    assert.is(options.svg, undefined);
  }
  assert.is(parseOptions("--quick", "--json", "a.json").json, "a.json");
});

test("takes rounds and contenders", () => {
  const options = parseOptions("--rounds", "7", "--only", "floor,bwrap");
  assert.is(options.rounds, 7);
  assert.equal([...options.only], ["floor", "bwrap"]);
});

test("refuses what it does not know, naming it", () => {
  const refusals: [argv: string[], message: RegExp][] = [
    [["--rounds", "0"], /--rounds 0/],
    [["--rounds", "1e3"], /--rounds 1e3/],
    [["--rounds", "abc"], /--rounds abc/],
    [["--rounds", "99999999999"], /not from 1 to 10000/],
    [["--rounds"], /--rounds/],
    [["--only", "podman"], /"podman"/],
    [["--only", ""], /""/],
    [["--fast"], /--fast/],
    [["extra"], /extra/],
    [["--quick", "--rounds", "5"], /exclude each other/],
  ];
  for (const [argv, message] of refusals) {
    assert.throws(
      () => parseArguments(argv, "/results"),
      (error: unknown) =>
        error instanceof BenchError &&
        error.code === "INVALID_ARGUMENT" &&
        message.test(error.message),
      argv.join(" "),
    );
  }
});

test("shows help before anything else", () => {
  assert.equal(parseArguments(["--help", "--rounds", "0"], "/results"), { action: "help" });
});

test.run();
