import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findIdMap, type IdMap } from "../../src/user-namespace/id-map.js";
import { makeTemporary } from "../temporary.js";

const test = suite("id-map");
const ann = { uid: 1000, gid: 1001, name: "ann" as string | undefined };

/** Finds the map of a machine that is laid out in a directory. */
async function find(
  files: { subuid?: string; subgid?: string },
  { programs = ["newuidmap", "newgidmap"], user = ann } = {},
): Promise<IdMap> {
  await using machine = await makeTemporary();
  const [etc, bin] = [join(machine.path, "etc"), join(machine.path, "bin")];
  for (const directory of [etc, bin]) await mkdir(directory);
  for (const [file, text] of Object.entries(files)) await writeFile(join(etc, file), text);
  for (const program of programs) {
    await writeFile(join(bin, program), "");
    await chmod(join(bin, program), 0o755);
  }
  return findIdMap({ root: machine.path, path: bin, user });
}

test("root is the user, and the rest are the subordinate ids", async () => {
  const lines = "bob:100000:65536\nann:165536:65536\n";
  assert.equal(await find({ subuid: lines, subgid: lines }), {
    type: "full",
    uidMappings: [
      { containerID: 0, hostID: 1000, size: 1 },
      { containerID: 1, hostID: 165536, size: 65536 },
    ],
    gidMappings: [
      { containerID: 0, hostID: 1001, size: 1 },
      { containerID: 1, hostID: 165536, size: 65536 },
    ],
  });
});

test("several ranges are joined, and a line may give the number instead of the name", async () => {
  const lines = "ann:200000:30000\n# ann:1:1\nann:broken\n1000:300000:40000\n";
  const map = await find({ subuid: lines, subgid: lines });
  assert.is(map.type, "full");
  assert.equal(map.uidMappings.slice(1), [
    { containerID: 1, hostID: 200000, size: 30000 },
    { containerID: 30001, hostID: 300000, size: 40000 },
  ]);
});

test("without ranges: root alone, and the command that gives a range that is free", async () => {
  const map = await find({ subuid: "bob:100000:65536\n", subgid: "" });
  assert.equal(map, {
    type: "single",
    uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
    gidMappings: [{ containerID: 0, hostID: 1001, size: 1 }],
    reason: "user ann has no 65536 subordinate ids",
    fix: "sudo usermod --add-subuids 165536-231071 --add-subgids 165536-231071 ann",
  });
  assert.match(
    ((await find({})) as { fix: string }).fix,
    "--add-subuids 100000-165535 --add-subgids 100000-165535 ann",
  );
});

test("ranges of groups alone, and ranges that are too small, do not do", async () => {
  assert.is((await find({ subgid: "ann:100000:65536" })).type, "single");
  const small = "ann:100000:1000";
  assert.is((await find({ subuid: small, subgid: small })).type, "single");
});

test("a user without a name is found by number, and the fix does without usermod", async () => {
  const nameless = { user: { ...ann, name: undefined } };
  const lines = "1000:100000:65536\nundefined:1:65536";
  assert.is((await find({ subuid: lines, subgid: lines }, nameless)).type, "full");
  const { fix } = (await find({}, nameless)) as { fix: string };
  assert.is(fix, "echo 1000:100000:65536 | sudo tee -a /etc/subuid /etc/subgid");
});

test("without newuidmap or newgidmap: root alone, and what to install", async () => {
  const lines = "ann:100000:65536";
  for (const programs of [[], ["newuidmap"]]) {
    const map = await find({ subuid: lines, subgid: lines }, { programs });
    assert.is(map.type, "single");
    assert.is((map as { fix: string }).fix, "sudo apt-get install uidmap");
  }
  const map = await find({}, { programs: [] });
  assert.match((map as { fix: string }).fix, "install uidmap && sudo usermod");
});

test("finds the map of the calling user", () => {
  const [root] = findIdMap().uidMappings;
  assert.equal(root, { containerID: 0, hostID: process.geteuid?.(), size: 1 });
});

test.run();
