import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitUntil } from "../src/wait.js";
import { assertRejects } from "./assert-rejects.js";

const test = suite("wait");

test("looks again until it is so", async () => {
  let looks = 0;
  await waitUntil({ action: "count", reached: () => ++looks === 4 });
  assert.is(looks, 4);
});

test("looks when the file changes", async () => {
  const directory = mkdtempSync(join(tmpdir(), "dockher-cgroup-"));
  const events = join(directory, "events");
  writeFileSync(events, "0");
  const done = waitUntil({
    action: "see 1",
    reached: () => readFileSync(events, "utf8") === "1",
    events,
  });
  writeFileSync(events, "1");
  await done;
  rmSync(directory, { recursive: true });
});

test("gives up in time, on a signal, and on an error, and says so", async () => {
  const reached = (): boolean => false;
  const events = "/nonexistent";
  await assertRejects(
    () => waitUntil({ action: "fly", reached, timeoutMs: 5, events }),
    "CGROUP_TIMEOUT",
    /^failed to fly: not done within 5 ms/,
  );
  const controller = new AbortController();
  const reasons: unknown[] = [];
  const keep = (reason: unknown): number => reasons.push(reason);
  const waiting = waitUntil({ action: "fly", reached, signal: controller.signal }).catch(keep);
  controller.abort("enough");
  await waiting;
  await waitUntil({ action: "fly", reached, signal: controller.signal }).catch(keep);
  let looks = 0;
  const failing = (): boolean => {
    if (looks++ > 0) throw new Error("broken");
    return false;
  };
  await waitUntil({ action: "fly", reached: failing }).catch((error: Error) => keep(error.message));
  assert.equal(reasons, ["enough", "enough", "broken"]);
});

test.run();
