import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { OptionTable } from "../../src/arguments/option.ts";
import { parseArguments } from "../../src/arguments/parse.ts";
import type { Command } from "../../src/command.ts";
import { create } from "../../src/commands/create.ts";
import { exec } from "../../src/commands/exec.ts";
import { run } from "../../src/commands/run.ts";
import { renderCommandHelp } from "../../src/output/help.ts";
import { assertThrows } from "../assert-throws.ts";
import { CREATE_WORDS, EXEC_WORDS, RUN_WORDS } from "./docker-options.ts";

const test = suite("unsupported options");

const COMMANDS: [name: string, command: Command, words: readonly string[], code: number][] = [
  ["run", run, RUN_WORDS, 125],
  ["create", create, CREATE_WORDS, 1],
  ["exec", exec, EXEC_WORDS, 1],
];

for (const [name, command, words, code] of COMMANDS) {
  const known = writeNames(command.options);
  const unsupported = command.grammar?.unsupported ?? {};

  test(`${name}: each word of Docker's is carried out or refused, none is both`, () => {
    for (const word of words) {
      assert.is(Number(known.has(word)) + Number(Object.hasOwn(unsupported, word)), 1, word);
    }
  });

  test(`${name}: only what Docker knows is refused, with a reason and what to write instead`, () => {
    for (const word of Object.keys(unsupported)) {
      assert.ok(words.includes(word), word);
      const refused = assertThrows(
        () => parseArguments([word, "x", "image"], command.options, command.grammar),
        "UNSUPPORTED",
        `${word}: `,
      );
      assert.ok((refused.hint ?? "").length > 0, word);
      assert.is(command.toFailureCode?.(refused) ?? 1, code);
    }
  });

  test(`${name}: what is refused is not on the page of options`, () => {
    const page = renderCommandHelp(command);
    assert.match(page, "--env-file");
    for (const word of Object.keys(unsupported)) {
      assert.not.match(page, new RegExp(`${word}(?![\\w-])`));
    }
  });
}

test("behind other options, in a cluster, and with a value of its own", () => {
  for (const args of [["-it", "--gpus=all"], ["-itP"], ["--rm", "--link", "db:db"]]) {
    assertThrows(() => parseArguments([...args, "image"], run.options, run.grammar), "UNSUPPORTED");
  }
});

test("what follows the image is not looked at", () => {
  const { operands } = parseArguments(["image", "--link", "x"], run.options, run.grammar);
  assert.equal(operands, ["image", "--link", "x"]);
});

test("what is none of Docker's is not known", () => {
  for (const word of ["--links", "--constructor", "--__proto__", "--toString"]) {
    assertThrows(() => parseArguments([word], run.options, run.grammar), "UNKNOWN_OPTION", word);
  }
});

function writeNames(table: OptionTable): Set<string> {
  const names = Object.entries(table).flatMap(([name, { aliases = [], short }]) => [
    `--${name}`,
    ...aliases.map((alias) => `--${alias}`),
    ...(short === undefined ? [] : [`-${short}`]),
  ]);
  return new Set(names);
}

test.run();
