import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeKeyring, readKeyring, readSignedBy } from "../../src/bootstrap/keyring.js";
import { refuse } from "../refuse.js";
import { makeTemporary } from "../temporary.js";

const test = suite("keyring");
const binary = fileURLToPath(new URL("../fixtures/archive.gpg", import.meta.url));
const armored = fileURLToPath(new URL("../fixtures/archive.asc", import.meta.url));

test("an armored keyring has the same keys as the binary one, also twice", async () => {
  const [expected, text] = await Promise.all([readFile(binary), readFile(armored)]);
  assert.equal(decodeKeyring(text, "x"), expected);
  assert.equal(
    decodeKeyring(Buffer.concat([text, text]), "x"),
    Buffer.concat([expected, expected]),
  );
  assert.equal(await readKeyring(binary), expected);
});

test("Signed-By may be paths, an inline key, or a fingerprint that names no file", async () => {
  const [expected, text] = await Promise.all([readFile(binary), readFile(armored, "utf8")]);
  assert.equal(await readSignedBy(`${binary} ${armored}`), Buffer.concat([expected, expected]));
  const inline = `\n${text
    .trim()
    .split("\n")
    .map((line) => ` ${line || "."}`)
    .join("\n")}`;
  assert.equal(await readSignedBy(inline), expected);
  assert.is(await readSignedBy("0123456789ABCDEF0123456789ABCDEF01234567"), undefined);
});

test("refuses what is missing or holds no keys", async () => {
  await using directory = await makeTemporary();
  const file = join(directory.path, "keys");
  await refuse("KEYRING_MISSING", () => readKeyring(file));
  await refuse("KEYRING_MISSING", () => readKeyring(directory.path));
  for (const text of ["", "hello", "-----BEGIN PGP SIGNATURE-----\n"]) {
    await writeFile(file, text);
    await refuse("KEYRING_INVALID", () => readKeyring(file));
  }
});

test.run();
