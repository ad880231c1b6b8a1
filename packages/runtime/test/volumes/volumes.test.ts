import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeTree } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RuntimeError } from "../../src/error.ts";
import { claimContainer, createRecord, locateState, releaseClaim } from "../../src/state/claim.ts";
import { createVolume } from "../../src/volumes/create-volume.ts";
import { inspectVolume, listVolumes } from "../../src/volumes/list-volumes.ts";
import { pruneVolumes } from "../../src/volumes/prune-volumes.ts";
import { removeVolume } from "../../src/volumes/remove-volume.ts";
import { locateVolumes } from "../../src/volumes/volume-layout.ts";
import { lockVolume } from "../../src/volumes/volume-lock.ts";
import { writeVolumeUse } from "../../src/volumes/volume-use.ts";

const test = suite("volumes");

let root: string;
let directories: { root: string };
test.before.each(() => {
  root = mkdtempSync(join(tmpdir(), "dockher-volumes-"));
  directories = { root };
});
test.after.each(() => removeTree(root));

async function assertRejects(promise: Promise<unknown>, code: string): Promise<RuntimeError> {
  const error = await promise.then(
    () => assert.unreachable(`expected ${code}`),
    (error: RuntimeError) => error,
  );
  assert.is(error?.code, code);
  return error as RuntimeError;
}

const listNames = async (options = {}) =>
  (await listVolumes({ directories, ...options })).map(({ name }) => name);

/** A container of this process that uses volumes; returns what ends it. */
function useVolumes(named: string[], anonymous: string[] = []): () => void {
  const record = createRecord(locateState(root));
  claimContainer(record);
  writeVolumeUse(record, { named, anonymous });
  return () => releaseClaim(record);
}

test("is made, found again, listed by name and removed without a trace", async () => {
  const made = await createVolume({
    name: "web.1",
    labels: { tier: "db", empty: "" },
    directories,
  });
  assert.equal(await inspectVolume({ name: "web.1", directories }), made);
  assert.equal(made.labels, { tier: "db", empty: "" });
  assert.is(made.mountpoint, join(root, "volumes/web.1/_data"));
  await createVolume({ name: "Alpha", directories });
  assert.equal(await listNames(), ["Alpha", "web.1"]);
  for (const name of ["Alpha", "web.1"]) await removeVolume({ name, directories });
  assert.equal(readdirSync(join(root, "volumes")), []);
});

test("one that is there is given back, but not with other labels", async () => {
  const made = await createVolume({ name: "same", labels: { a: "1" }, directories });
  assert.equal(await createVolume({ name: "same", directories }), made);
  assert.equal(await createVolume({ name: "same", labels: { a: "1" }, directories }), made);
  await assertRejects(
    createVolume({ name: "same", labels: { a: "2" }, directories }),
    "VOLUME_EXISTS",
  );
});

test("many at once of one name are one", async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, () => createVolume({ name: "once", directories })),
  );
  assert.is(new Set(made.map(({ created }) => created.getTime())).size, 1);
  assert.equal(readdirSync(join(root, "volumes")), ["once"]);
});

test("one without a name gets 64 digits and counts as anonymous", async () => {
  const { name } = await createVolume({ directories });
  assert.match(name, /^[0-9a-f]{64}$/);
  await createVolume({ name: "kept", directories });
  assert.equal((await pruneVolumes({ directories })).removed, [name]);
  assert.equal(await listNames(), ["kept"]);
});

test("names are Docker's", async () => {
  for (const name of ["", "a", "-a", ".new", "a/b", "a b", "..", "ä1", "x".repeat(256)]) {
    await assertRejects(createVolume({ name, directories }), "INVALID_VOLUME_NAME");
    await assertRejects(removeVolume({ name, directories }), "INVALID_VOLUME_NAME");
    await assertRejects(inspectVolume({ name, directories }), "INVALID_VOLUME_NAME");
  }
  assert.not.ok(existsSync(join(root, "volumes")));
});

test("other drivers are refused", async () => {
  await assertRejects(
    createVolume({ name: "nfs", driver: "nfs", directories }),
    "VOLUME_DRIVER_NOT_FOUND",
  );
});

test("what is not there can't be inspected or removed", async () => {
  await assertRejects(inspectVolume({ name: "none", directories }), "VOLUME_NOT_FOUND");
  const { message } = await assertRejects(
    removeVolume({ name: "none", directories }),
    "VOLUME_NOT_FOUND",
  );
  assert.match(message, "no such volume");
  assert.equal(await listNames(), []);
});

test("one that a running container uses is neither removed nor pruned", async () => {
  await createVolume({ name: "used", directories });
  await createVolume({ name: "idle", directories });
  const end = useVolumes(["used"]);
  const { message } = await assertRejects(
    removeVolume({ name: "used", directories }),
    "VOLUME_IN_USE",
  );
  assert.match(message, /^failed to remove volume used: volume is in use - \[[0-9a-f]{64}\]$/);
  assert.equal(await listNames({ dangling: true }), ["idle"]);
  assert.equal(await listNames({ dangling: false }), ["used"]);
  assert.equal((await pruneVolumes({ all: true, directories })).removed, ["idle"]);
  end();
  await removeVolume({ name: "used", directories });
});

test("is not in use by a container whose process died", async () => {
  await createVolume({ name: "left", directories });
  const { containers } = locateState(root);
  mkdirSync(containers);
  const id = "a".repeat(64);
  symlinkSync("1.1.1.00000000-0000-0000-0000-000000000000", join(containers, `${id}.owner`));
  symlinkSync(
    JSON.stringify({ named: ["left"], anonymous: [] }),
    join(containers, `${id}.volumes`),
  );
  await removeVolume({ name: "left", directories });
});

test("is filtered by parts of names and by labels", async () => {
  await createVolume({ name: "web-data", labels: { tier: "web" }, directories });
  await createVolume({ name: "db-data", labels: { tier: "db", keep: "" }, directories });
  assert.equal(await listNames({ names: ["eb-d", "none"] }), ["web-data"]);
  assert.equal(await listNames({ labels: [{ name: "tier" }] }), ["db-data", "web-data"]);
  assert.equal(await listNames({ labels: [{ name: "tier", value: "db" }] }), ["db-data"]);
  const both = [{ name: "tier", value: "web" }, { name: "keep" }];
  assert.equal(await listNames({ labels: both }), []);
  const absent = [{ name: "keep", absent: true }];
  const { removed } = await pruneVolumes({ all: true, labels: absent, directories });
  assert.equal(removed, ["web-data"]);
});

test("prune counts each file once, and nothing behind a link", async () => {
  const { mountpoint } = await createVolume({ directories });
  mkdirSync(join(mountpoint, "deep"));
  writeFileSync(join(mountpoint, "deep/file"), Buffer.alloc(5000));
  symlinkSync("/", join(mountpoint, "out"));
  const { reclaimed } = await pruneVolumes({ directories });
  assert.is(reclaimed, 5001);
});

test("one damaged volume spoils nothing for the others, and can be removed", async () => {
  await createVolume({ name: "whole", directories });
  const contents = {
    truncated: '{"version":1,"dri',
    later: '{"version":2}',
    strange: '{"version":1,"driver":"local","created":"x","labels":{"a":1}}',
    nothing: "null",
  };
  for (const [name, content] of Object.entries(contents)) {
    await createVolume({ name, directories });
    writeFileSync(join(root, "volumes", name, "volume.json"), content);
    await assertRejects(inspectVolume({ name, directories }), "VOLUME_DAMAGED");
    await assertRejects(createVolume({ name, directories }), "VOLUME_DAMAGED");
  }
  mkdirSync(join(root, "volumes/bare"));
  await assertRejects(createVolume({ name: "bare", directories }), "VOLUME_DAMAGED");
  writeFileSync(join(root, "volumes/file"), "");
  const damaged: string[] = [];
  assert.equal(await listNames({ onDamaged: ({ code }: RuntimeError) => damaged.push(code) }), [
    "whole",
  ]);
  assert.is(damaged.length, 6);
  for (const name of [...Object.keys(contents), "bare", "file"]) {
    await removeVolume({ name, directories });
  }
  assert.equal(readdirSync(join(root, "volumes")), ["whole"]);
});

test("what killed processes left is removed, what living ones make is not", async () => {
  const { volumes } = locateVolumes(directories);
  const dead = ".new.1.1.1.00000000-0000-0000-0000-000000000000.abc";
  mkdirSync(join(volumes, dead, "_data"), { recursive: true });
  mkdirSync(join(volumes, ".old.abc", "_data"), { recursive: true });
  await createVolume({ name: "next", directories });
  assert.equal(readdirSync(volumes), ["next"]);
});

test("a removal waits for who holds the volume, and can be aborted", async () => {
  await createVolume({ name: "held", directories });
  const lock = await lockVolume({ layout: locateVolumes(directories), name: "held" });
  const reason = new Error("no longer");
  const signal = AbortSignal.abort(reason);
  const error = await removeVolume({ name: "held", directories, signal }).catch((e) => e);
  assert.is(error, reason);
  const removal = removeVolume({ name: "held", directories });
  assert.ok(existsSync(join(root, "volumes/held")));
  await lock?.[Symbol.asyncDispose]();
  await removal;
  assert.not.ok(existsSync(join(root, "volumes/held")));
});

test("who waited for a volume that went finds none, or the one that came after", async () => {
  const layout = locateVolumes(directories);
  await createVolume({ name: "gone", directories });
  const lock = await lockVolume({ layout, name: "gone" });
  const waiting = lockVolume({ layout, name: "gone" });
  await removeTree(join(root, "volumes/gone"));
  await lock?.[Symbol.asyncDispose]();
  assert.is(await waiting, undefined);
});

test("too many names for one record are refused", () => {
  const long = Array.from({ length: 20 }, () => "x".repeat(250));
  assert.throws(() => useVolumes(long), /too long together/);
});

test.run();
