import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseOsRelease, readHostDistribution } from "../src/os-release.js";
import { makeTemporary } from "./temporary.js";

const test = suite("os-release");

test("reads quoted and plain values and skips the rest", () => {
  const fields = parseOsRelease('# x\nID=debian\nNAME="Debian \\"GNU\\""\nA=\'b c\'\nbroken\n');
  assert.equal(
    [...fields],
    [
      ["ID", "debian"],
      ["NAME", 'Debian "GNU"'],
      ["A", "b c"],
    ],
  );
});

test("takes the first file that is there, and knows a host without one", async () => {
  await using directory = await makeTemporary();
  const file = join(directory.path, "os-release");
  await writeFile(file, "ID=ubuntu\nVERSION_CODENAME=noble\n");
  assert.equal(await readHostDistribution(["/nonexistent", file]), {
    id: "ubuntu",
    codename: "noble",
  });
  assert.equal(await readHostDistribution(["/nonexistent"]), { id: "linux" });
});

test.run();
