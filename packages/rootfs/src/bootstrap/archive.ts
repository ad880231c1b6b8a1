import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { finished, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { RootfsError } from "../error.js";
import { spawnAsRoot } from "../user-namespace/spawn-as-root.js";
import { explainStart, findProgram } from "./program.js";

/** What a layer's uncompressed archive is known by. */
export interface ArchiveSummary {
  /** `sha256:<hex>` of the tar, OCI's diff id. */
  diffId: string;
  /** Bytes of the tar. */
  size: number;
}

export type Compression = "zstd" | "gzip";

// Node's zlib is slow with its default of 16 KiB and faster than gzip(1) with this.
const CHUNK_SIZE = 256 * 1024;
// trusted.overlay.* and user.overlay.* in a layer would speak to the kernel's overlay.
const ATTRIBUTES = ["--xattrs", "--xattrs-include=*", "--xattrs-exclude=*.overlay.*"];
const PACK = ["--sort=name", "--numeric-owner", "--format=posix", ...ATTRIBUTES].concat(
  "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
);
const UNPACK = ["-x", "-p", "--numeric-owner", "--same-owner", ...ATTRIBUTES].concat(
  "--delay-directory-restore",
);

/** zstd where it is installed, else gzip, which Node itself has. */
export async function chooseCompression(): Promise<Compression> {
  return (await findProgram("zstd")) ? "zstd" : "gzip";
}

/**
 * Archives a tree, into a compressed file where one is named.
 * @throws the signal's reason, or RootfsError `ARCHIVE_FAILED`
 */
export async function packTree(
  tree: string,
  output: { path: string; compression: Compression } | undefined,
  signal?: AbortSignal,
): Promise<ArchiveSummary> {
  const tar = startTar([...PACK, "-C", tree, "-c", "-f", "-", "."], signal);
  const summary = new SummaryStream();
  const source = requireStream(tar.child.stdout);
  if (!output) {
    await settle(signal, [pipeline(source, summary.resume(), { signal }), tar.done]);
  } else if (output.compression === "gzip") {
    const gzip = createGzip({ level: 1, chunkSize: CHUNK_SIZE });
    const file = createWriteStream(output.path, { flush: true });
    await settle(signal, [pipeline(source, summary, gzip, file, { signal }), tar.done]);
  } else {
    const zstd = startZstd(["-q", "-3", "-T0", "-c"], signal);
    const file = createWriteStream(output.path, { flush: true });
    await settle(signal, [
      pipeline(source, summary, requireStream(zstd.child.stdin), { signal }),
      pipeline(requireStream(zstd.child.stdout), file, { signal }),
      zstd.done,
      tar.done,
    ]);
  }
  return summary.finish();
}

/**
 * Unpacks an archive that {@link packTree} made into an empty directory.
 * @throws the signal's reason, or RootfsError `ARCHIVE_FAILED`
 */
export async function unpackTree(
  input: { path: string; compression: Compression },
  tree: string,
  signal?: AbortSignal,
): Promise<ArchiveSummary> {
  const tar = startTar([...UNPACK, "-C", tree, "-f", "-"], signal);
  const summary = new SummaryStream();
  const file = createReadStream(input.path, { highWaterMark: CHUNK_SIZE });
  const sink = feed(requireStream(tar.child.stdin));
  if (input.compression === "gzip") {
    const gunzip = createGunzip({ chunkSize: CHUNK_SIZE });
    await settle(signal, [pipeline(file, gunzip, summary, sink, { signal }), tar.done]);
  } else {
    const zstd = startZstd(["-q", "-d", "-c"], signal);
    await settle(signal, [
      pipeline(file, requireStream(zstd.child.stdin), { signal }),
      pipeline(requireStream(zstd.child.stdout), summary, sink, { signal }),
      zstd.done,
      tar.done,
    ]);
  }
  return summary.finish();
}

/**
 * Writes to a process that may stop reading: tar ends at the archive's end mark and leaves the
 * padding behind it unread. Whether it had enough is told by its exit code.
 */
export function feed(stdin: Writable): Writable {
  stdin.on("error", () => {});
  return new Writable({
    highWaterMark: CHUNK_SIZE,
    write(chunk: Buffer, _encoding, done) {
      stdin.write(chunk, () => done());
    },
    final(done) {
      // Where tar has ended, Node has destroyed its stdin, and end() would never call back.
      finished(stdin, { readable: false }, () => done());
      stdin.end();
    },
    destroy(error, done) {
      stdin.destroy();
      done(error);
    },
  });
}

/** Waits for all; of several failures the one that we can explain counts, not the broken pipes after it. */
async function settle(signal: AbortSignal | undefined, parts: Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(parts)).flatMap((result) =>
    result.status === "rejected" ? [result.reason] : [],
  );
  signal?.throwIfAborted();
  if (failures.length === 0) return;
  throw failures.find((reason) => reason instanceof RootfsError) ?? failures[0];
}

/** Hashes and counts what passes. */
class SummaryStream extends Transform {
  readonly #hash = createHash("sha256");
  #size = 0;

  constructor() {
    super({ highWaterMark: CHUNK_SIZE });
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, out: Buffer) => void) {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    done(null, chunk);
  }

  finish(): ArchiveSummary {
    return { diffId: `sha256:${this.#hash.digest("hex")}`, size: this.#size };
  }
}

/** As root, so that a user's archives have the owners that the files have inside. */
function startTar(args: string[], signal: AbortSignal | undefined) {
  return follow("tar", spawnAsRoot("tar", args, SPAWN_OPTIONS), signal);
}

function startZstd(args: string[], signal: AbortSignal | undefined) {
  return follow("zstd", spawn("zstd", args, SPAWN_OPTIONS), signal);
}

const SPAWN_OPTIONS = {
  stdio: ["pipe", "pipe", "pipe"] as ("ignore" | "pipe")[],
  detached: true,
  env: { ...process.env, LC_ALL: "C" },
};

function follow(command: string, child: ChildProcess, signal: AbortSignal | undefined) {
  const kill = (): boolean => child.kill("SIGKILL");
  signal?.addEventListener("abort", kill);
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString("latin1")).slice(-4096);
  });
  const done = new Promise<void>((resolve, reject) => {
    child.once("error", (error) => reject(explainStart(command, error)));
    child.once("close", (code) => {
      signal?.removeEventListener("abort", kill);
      if (code === 0) resolve();
      else reject(signal?.aborted ? signal.reason : refuseArchive(command, log));
    });
  });
  return { child, done };
}

function refuseArchive(command: string, log: string): RootfsError {
  const full = /No space left on device/.test(log);
  const reason = full ? "no space left on device" : log.trim().split("\n")[0] || "it was killed";
  return new RootfsError(`failed to run ${command}: ${reason}`, {
    code: full ? "NO_SPACE" : "ARCHIVE_FAILED",
  });
}

function requireStream<Stream>(stream: Stream | null): Stream {
  if (stream === null) throw new TypeError("the process was started without pipes");
  return stream;
}
