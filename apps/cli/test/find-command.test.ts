import { suite } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../src/command-table.ts";
import { findCommand } from "../src/find-command.ts";
import { assertThrows } from "./assert-throws.ts";

const test = suite("findCommand");

test("words", () => {
  const found = findCommand(["run", "-m", "5", "debian"]);
  assert.is(found.kind === "command" && found.load, COMMANDS["run"]?.load);
  assert.equal(found.kind === "command" && found.args, ["-m", "5", "debian"]);
  const nested = findCommand(["image", "rm", "x"]);
  assert.is(nested.kind === "command" && nested.load, COMMANDS["image"]?.entries?.["rm"]?.load);
});

test("no word is run", () => {
  const found = findCommand(["--cmd", "ls", "-m", "5"]);
  assert.is(found.kind === "command" && found.load, COMMANDS["run"]?.load);
  assert.equal(found.kind === "command" && found.args, ["--cmd", "ls", "-m", "5"]);
});

test("--root may stand before the word", () => {
  for (const args of [["--root", "/x"], ["--root=/x"]]) {
    const found = findCommand([...args, "image", "ls"]);
    assert.is(found.kind === "command" && found.root, "/x");
    assert.equal(found.kind === "command" && found.args, []);
  }
});

test("pages and the version", () => {
  for (const args of [[], ["--help"], ["help"], ["image"], ["image", "--help"]]) {
    assert.is(findCommand(args).kind, "list", args.join(" "));
  }
  for (const args of [["--version"], ["-v"]]) assert.is(findCommand(args).kind, "version");
});

test("refuses what is no command", () => {
  assertThrows(() => findCommand(["nope"]), "UNKNOWN_COMMAND", /"nope"/);
  assertThrows(() => findCommand(["image", "nope"]), "UNKNOWN_COMMAND", /"image nope"/);
  assertThrows(() => findCommand(["constructor"]), "UNKNOWN_COMMAND");
});

test("every command loads and describes itself", async () => {
  const { renderCommandHelp } = await import("../src/output/help.ts");
  for (const [word, entry] of Object.entries(COMMANDS)) {
    for (const [name, each] of Object.entries(entry.entries ?? { [word]: entry })) {
      const command = await each.load?.();
      assert.ok(command, name);
      const page = renderCommandHelp(command);
      assert.match(page, /^Usage: dockher /);
      for (const line of page.split("\n")) assert.ok(line.length <= 110, line);
    }
  }
});

test.run();
