import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno, RootfsError } from "../error.js";

const TRUSTED = "/etc/apt/trusted.gpg.d";

/** Reads a keyring that the user named. @throws RootfsError `KEYRING_MISSING`, `KEYRING_INVALID` */
export async function readKeyring(path: string): Promise<Buffer> {
  try {
    return decodeKeyring(await readFile(path), path);
  } catch (error) {
    if (!hasErrno(error, "ENOENT", "ENOTDIR", "EISDIR", "EACCES")) throw error;
    throw new RootfsError(`failed to read keyring ${path}: there is no such file`, {
      code: "KEYRING_MISSING",
      hint: "name the archive's keyring with --keyring, or install the package that holds it",
      cause: error,
    });
  }
}

/** The keys that Signed-By names; undefined for a bare fingerprint, which names no file. */
export async function readSignedBy(signedBy: string): Promise<Buffer | undefined> {
  if (signedBy.includes("-----BEGIN PGP")) {
    // In deb822 an empty line is written as a single dot.
    const armored = signedBy.replace(/^[ \t]+/gm, "").replace(/^\.$/gm, "");
    return decodeKeyring(Buffer.from(armored), "Signed-By");
  }
  const paths = signedBy.split(/\s+/).filter((word) => word.startsWith("/"));
  if (paths.length === 0) return undefined;
  return Buffer.concat(await Promise.all(paths.map(readKeyring)));
}

/** The keys that apt trusts for every archive; undefined where there are none. */
export async function readTrustedKeys(): Promise<Buffer | undefined> {
  const names = await readdir(TRUSTED).catch(() => []);
  const files = names.filter((name) => /\.(gpg|asc)$/.test(name)).sort();
  if (files.length === 0) return undefined;
  return Buffer.concat(await Promise.all(files.map((name) => readKeyring(join(TRUSTED, name)))));
}

/** gpgv(1) reads binary keyrings only, so the armor of RFC 9580, section 6, is taken off. */
export function decodeKeyring(data: Buffer, path: string): Buffer {
  const text = data.toString("latin1");
  if (!text.includes("-----BEGIN PGP")) {
    // A tag octet of an OpenPGP packet has its highest bit set.
    if ((data[0] ?? 0) & 0x80) return data;
    throw refuseKeyring(path);
  }
  const blocks = [...text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([\s\S]*?)-----END/g)];
  const keys = blocks.map(([, block = ""]) => {
    const body = block.split(/\r?\n/);
    const start = body.findIndex((line) => line.trim() === "") + 1;
    const lines = body.slice(start).filter((line) => !line.startsWith("="));
    return Buffer.from(lines.join(""), "base64");
  });
  if (keys.length === 0) throw refuseKeyring(path);
  return Buffer.concat(keys);
}

function refuseKeyring(path: string): RootfsError {
  return new RootfsError(`failed to read keyring ${path}: it holds no OpenPGP public keys`, {
    code: "KEYRING_INVALID",
  });
}
