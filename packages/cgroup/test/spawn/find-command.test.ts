import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findCommand } from "../../src/spawn/find-command.js";
import { assertRejects } from "../assert-rejects.js";

const test = suite("find command");

test("searches PATH, and takes a path as it is", () => {
  assert.match(findCommand("sh", { path: "/nonexistent:/etc:/bin" }), /^\/bin\/sh$/);
  assert.is(findCommand("/bin/sh", { path: "" }), "/bin/sh");
  assert.is(findCommand("./sh", { cwd: "/bin" }), "/bin/sh");
  assert.is(findCommand("sh"), "/bin/sh");
});

test("refuses what cannot be run, each with its own code", async () => {
  await assertRejects(() => findCommand("sh", { path: "/etc" }), "COMMAND_NOT_FOUND", /\/etc/);
  await assertRejects(() => findCommand("/etc"), "COMMAND_NOT_FOUND");
  await assertRejects(() => findCommand("/etc/passwd"), "COMMAND_NOT_EXECUTABLE", /chmod/);
  await assertRejects(() => findCommand("sh", { cwd: "/nonexistent" }), "CWD_NOT_FOUND");
  await assertRejects(() => findCommand(""), "COMMAND_NOT_FOUND");
});

test.run();
