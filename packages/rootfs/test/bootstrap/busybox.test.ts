import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bootstrap } from "../../src/bootstrap/bootstrap.js";
import { isStaticElf } from "../../src/bootstrap/busybox.js";
import { findProgram } from "../../src/bootstrap/program.js";
import { ImageStore } from "../../src/image-store.js";
import { root, testUnless } from "../capabilities.js";
import { makeTemporary } from "../temporary.js";

const test = suite("busybox");
const busybox = await findProgram("busybox");
const missing = root ?? (busybox ? undefined : "busybox is not installed");

test("tells a static program from others", async () => {
  await using directory = await makeTemporary();
  assert.not(await isStaticElf(process.execPath));
  const script = join(directory.path, "script");
  for (const text of ["", "#!/bin/sh\n", `\x7fELF${"\0".repeat(60)}`]) {
    await writeFile(script, text);
    assert.not(await isStaticElf(script));
  }
});

testUnless(test, missing, "makes an image in which a shell and its applets work", async () => {
  await using directory = await makeTemporary();
  const store = ImageStore.open({ root: directory.path, cache: join(directory.path, "cache") });
  const umask = process.umask(0o077);
  const image = await bootstrap({ image: "busybox", store }).finally(() => process.umask(umask));
  assert.equal(image.config.config.Cmd, ["sh"]);
  const [tree = ""] = image.layers;
  const script =
    "id -un; hostname > /dev/null && stat -c '%a %n' / /tmp /etc/passwd /etc/shadow /root";
  const said = execFileSync("chroot", [tree, "/bin/sh", "-c", script], { encoding: "utf8" });
  assert.is(said, "root\n755 /\n1777 /tmp\n644 /etc/passwd\n640 /etc/shadow\n700 /root\n");
  assert.equal(await bootstrap({ image: "busybox", store }), image);
});

test.run();
