import { mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeTree } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  claimContainer,
  claimGeneratedName,
  createRecord,
  isKept,
  isOwned,
  keepContainer,
  listContainers,
  locateState,
  readRecord,
  releaseClaim,
  writeRecord,
} from "../../src/state/claim.ts";
import { checkContainerName, generateContainerId } from "../../src/state/container-id.ts";
import { sweepContainers } from "../../src/state/sweep.ts";

const test = suite("claims");

const root = mkdtempSync(join(tmpdir(), "dockher-claim-"));
test.after(() => removeTree(root));
const state = locateState(root);
const listIds = (): string[] => listContainers(state).map(({ id }) => id);

test("a claim is found by everyone, belongs to this process and goes without a trace", () => {
  const record = createRecord(state);
  claimContainer(record, "one");
  writeRecord(record, "image", "sha256:1");
  assert.ok(isOwned(record));
  assert.is(readRecord(record, "name"), "one");
  assert.is(readRecord(record, "image"), "sha256:1");
  assert.equal(listIds(), [record.id]);
  releaseClaim(record);
  assert.equal(readdirSync(state.containers), ["names"]);
  assert.equal(readdirSync(state.names), []);
});

test("a name that is taken is refused, and the refused container leaves nothing", () => {
  const first = createRecord(state);
  const second = createRecord(state);
  claimContainer(first, "same");
  assert.throws(
    () => claimContainer(second, "same"),
    (error: Error & { code?: string }) =>
      error.code === "NAME_IN_USE" && error.message.includes(first.id.slice(0, 12)),
  );
  assert.equal(listIds(), [first.id]);
  releaseClaim(second);
  assert.is(readdirSync(state.names).length, 1);
  releaseClaim(first);
});

test("a generated name is taken, and drawn again where another has it", () => {
  const first = createRecord(state);
  const second = createRecord(state);
  claimContainer(first, "same");
  claimContainer(second);
  const attempts: number[] = [];
  const name = claimGeneratedName(second, ({ attempt }) => {
    attempts.push(attempt);
    return attempt < 2 ? "same" : "other";
  });
  assert.is(name, "other");
  assert.equal(attempts, [0, 1, 2]);
  assert.is(readRecord(second, "name"), "other");
  assert.equal(readdirSync(state.names).sort(), ["other", "same"]);
  releaseClaim(second);
  releaseClaim(first);
  assert.equal(readdirSync(state.names), []);
});

test("where every name is taken the container stays without one", () => {
  const first = createRecord(state);
  const second = createRecord(state);
  claimContainer(first, "same");
  claimContainer(second);
  assert.throws(
    () => claimGeneratedName(second, () => "same"),
    (error: Error & { code?: string }) => error.code === "NAME_IN_USE",
  );
  assert.is(readRecord(second, "name"), undefined);
  assert.equal(readdirSync(state.names), ["same"]);
  releaseClaim(second);
  releaseClaim(first);
});

test("hundreds of containers have a name each", () => {
  const records = Array.from({ length: 300 }, () => createRecord(state));
  for (const record of records) claimContainer(record);
  const names = records.map((record) => claimGeneratedName(record));
  assert.is(new Set(names).size, records.length);
  for (const name of names) checkContainerName(name);
  for (const record of records) releaseClaim(record);
  assert.equal(readdirSync(state.names), []);
});

test("a change that was killed half way is no hindrance, and goes with the container", () => {
  const record = createRecord(state);
  claimContainer(record, "half");
  symlinkSync("kept", join(state.containers, `${record.id}.owner.new`));
  symlinkSync("other", join(state.containers, `${record.id}.name.new`));
  symlinkSync(record.id, join(state.names, "other"));
  keepContainer(record);
  assert.ok(isKept(record));
  symlinkSync("nobody", join(state.containers, `${record.id}.owner.new`));
  releaseClaim(record);
  assert.equal(readdirSync(state.containers), ["names"]);
  // What the other name led to is gone.
  const next = createRecord(state);
  claimContainer(next, "other");
  releaseClaim(next);
  assert.equal(readdirSync(state.names), []);
});

test("a claim without a living owner is swept, one with is not", async () => {
  const living = createRecord(state);
  const dead = createRecord(state);
  const odd = createRecord(state);
  claimContainer(living, "living");
  symlinkSync(
    "1.1.1.00000000-0000-0000-0000-000000000000",
    join(state.containers, `${dead.id}.owner`),
  );
  symlinkSync("what is this", join(state.containers, `${odd.id}.owner`));
  assert.not.ok(isOwned(dead));
  await sweepContainers(state);
  assert.equal(listIds(), [living.id]);
  releaseClaim(living);
});

test("no directory yet means no containers", () => {
  assert.equal(listContainers(locateState(join(root, "nowhere"))), []);
});

test("ids are 64 hexadecimal digits, and no two are the same", () => {
  const ids = new Set(Array.from({ length: 100 }, generateContainerId));
  assert.is(ids.size, 100);
  for (const id of ids) assert.match(id, /^[0-9a-f]{64}$/);
});

test("names are Docker's", () => {
  for (const name of ["ab", "A0", "web_1.x-y"]) checkContainerName(name);
  for (const name of ["", "a", "-a", ".a", "a/b", "a b", "..", "ä1", "x".repeat(200)]) {
    assert.throws(() => checkContainerName(name), /not a valid name/, name);
  }
});

test.run();
