import { suite } from "uvu";
import * as assert from "uvu/assert";
import { UndoList } from "../../src/lifecycle/undo-list.ts";

const test = suite("UndoList");

test("undoes the last first, once, and goes on past what fails", async () => {
  const done: number[] = [];
  const undo = new UndoList();
  undo.push(() => void done.push(1));
  undo.push(async () => {
    throw new Error("two");
  });
  undo.push(async () => void done.push(3));
  const failures = await undo.run();
  assert.equal(done, [3, 1]);
  assert.equal(
    failures.map((failure) => (failure as Error).message),
    ["two"],
  );
  assert.equal(await undo.run(), []);
});

test.run();
