import { access, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isStaticElf } from "../../src/bootstrap/busybox.js";
import { fetchPackages } from "../../src/bootstrap/host-package.js";
import { findArchive, testUnless } from "../capabilities.js";
import { refuse } from "../refuse.js";
import { makeTemporary } from "../temporary.js";

const test = suite("host-package");
const missing = await findArchive();

testUnless(
  test,
  missing,
  "has a package without the host's apt noticing, and keeps it",
  async () => {
    await using directory = await makeTemporary();
    const cache = directory.path;
    const lists = "/var/lib/apt/lists";
    const before = (await stat(lists)).mtimeMs;
    const tree = await fetchPackages({ names: ["busybox-static"], cache });
    assert.is((await stat(lists)).mtimeMs, before);
    const found = [];
    for (const path of ["bin/busybox", "usr/bin/busybox"]) {
      const program = join(tree, path);
      if (
        await access(program).then(
          () => true,
          () => false,
        )
      )
        found.push(await isStaticElf(program));
    }
    assert.ok(found.includes(true));
    assert.equal(await readdir(join(cache, "tools")), ["busybox-static"]);
    const { ino } = await stat(tree);
    await fetchPackages({ names: ["busybox-static"], cache });
    assert.is((await stat(tree)).ino, ino);
  },
);

testUnless(
  test,
  missing,
  "a package that is not there is refused, and nothing is left",
  async () => {
    await using directory = await makeTemporary();
    const names = ["no-such-package-at-all"];
    const error = await refuse("PACKAGE_UNAVAILABLE", () =>
      fetchPackages({ names, cache: directory.path }),
    );
    assert.match(error.message, "no-such-package-at-all");
    assert.equal(await readdir(join(directory.path, "tools")), []);
  },
);

test.run();
