import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  link,
  lstat,
  mkdir,
  readFile,
  readlink,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Compression, feed, packTree, unpackTree } from "../../src/bootstrap/archive.js";
import { findProgram } from "../../src/bootstrap/program.js";
import { root, testUnless } from "../capabilities.js";
import { refuse } from "../refuse.js";
import { makeTemporary } from "../temporary.js";

const test = suite("archive");

test("what is fed to a process that has ended already ends too", async () => {
  const child = spawn("true", { stdio: ["pipe", "ignore", "ignore"] });
  await once(child, "exit");
  assert.ok(child.stdin.destroyed);
  // A promise that nothing can settle any more ends the process, and with it the tests.
  await pipeline(Readable.from([Buffer.from("padding")]), feed(child.stdin));
});

const zstd = (await findProgram("zstd")) ? undefined : "zstd is not installed";

for (const compression of ["gzip", "zstd"] as Compression[]) {
  const missing = root ?? (compression === "zstd" ? zstd : undefined);
  testUnless(test, missing, `${compression}: a tree comes back as it was`, async () => {
    await using directory = await makeTemporary();
    const [from, to] = [join(directory.path, "from"), join(directory.path, "to")];
    await mkdir(join(from, "dir"), { recursive: true });
    await mkdir(to);
    await writeFile(join(from, "dir/setuid"), "x".repeat(300_000), { mode: 0o755 });
    await link(join(from, "dir/setuid"), join(from, "hard"));
    await symlink("/absolute", join(from, "soft"));
    execFileSync("mknod", [join(from, "whiteout"), "c", "0", "0"]);
    execFileSync("chown", ["12345:54321", join(from, "dir/setuid")]);
    execFileSync("chmod", ["4755", join(from, "dir/setuid")]);

    const path = join(directory.path, "archive");
    const packed = await packTree(from, { path, compression });
    assert.match(packed.diffId, /^sha256:[0-9a-f]{64}$/);
    assert.equal(await unpackTree({ path, compression }, to), packed);
    // The digest is of the uncompressed archive, so it is the same without a file.
    assert.equal(await packTree(from, undefined), packed);

    const setuid = await lstat(join(to, "dir/setuid"));
    assert.equal([setuid.mode & 0o7777, setuid.uid, setuid.gid], [0o4755, 12345, 54321]);
    assert.is((await lstat(join(to, "hard"))).ino, setuid.ino);
    assert.is(await readlink(join(to, "soft")), "/absolute");
    const device = await lstat(join(to, "whiteout"));
    assert.ok(device.isCharacterDevice() && device.rdev === 0);
    assert.is((await readFile(join(to, "hard"))).length, 300_000);
  });

  testUnless(test, missing, `${compression}: a truncated archive is refused`, async () => {
    await using directory = await makeTemporary();
    const [from, to] = [join(directory.path, "from"), join(directory.path, "to")];
    await mkdir(from);
    await mkdir(to);
    await writeFile(join(from, "file"), Array.from({ length: 9999 }, Math.random).join());
    const path = join(directory.path, "archive");
    await packTree(from, { path, compression });
    await truncate(path, 5000);
    await unpackTree({ path, compression }, to).then(
      () => assert.unreachable(),
      (error: Error) => assert.instance(error, Error),
    );
  });
}

testUnless(test, root, "what tar does not read of the padding is no failure", async () => {
  await using directory = await makeTemporary();
  const from = join(directory.path, "from");
  await mkdir(from);
  const path = join(directory.path, "archive");
  const packed = await packTree(from, { path, compression: "gzip" });
  // Far more padding than a pipe holds, so that tar is gone while it is written.
  const padded = gunzipSync(await readFile(path));
  await writeFile(path, gzipSync(Buffer.concat([padded, Buffer.alloc(4 << 20)])));
  const to = join(directory.path, "to");
  await mkdir(to);
  const { size } = await unpackTree({ path, compression: "gzip" }, to);
  assert.is(size, packed.size + (4 << 20));
});

testUnless(test, root, "a tree that is not there is refused; an abort is its reason", async () => {
  await refuse("ARCHIVE_FAILED", () => packTree("/nonexistent", undefined));
  await using directory = await makeTemporary();
  const reason = new Error("enough");
  const controller = new AbortController();
  const packing = packTree(
    "/usr/lib",
    { path: join(directory.path, "a"), compression: "gzip" },
    controller.signal,
  );
  controller.abort(reason);
  await packing.then(
    () => assert.unreachable(),
    (error) => assert.is(error, reason),
  );
});

test.run();
