import type { LaunchedProcess } from "@dockher/ns";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RunningContainer } from "../../src/lifecycle/running-container.ts";
import { UndoList } from "../../src/lifecycle/undo-list.ts";
import { createRecord, locateState } from "../../src/state/claim.ts";

const test = suite("RunningContainer");

test("what was made for it goes even where nobody knows how it ended", async () => {
  const lost = new Error("somebody else reaped it");
  const undo = new UndoList();
  let undone = false;
  undo.push(() => {
    undone = true;
  });
  const container = new RunningContainer({
    record: createRecord(locateState("/nonexistent")),
    options: { source: { rootfs: "/" } },
    process: {
      pid: 1,
      exited: Promise.reject(lost),
      kill: () => false,
    } as unknown as LaunchedProcess,
    cgroup: undefined,
    undo,
  });
  const error = await container.wait().catch((reason) => reason);
  assert.is(error, lost);
  assert.ok(undone);
});

test.run();
