import { closeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { Readable } from "node:stream";
import { type LaunchedProcess, launch, NsError, type Plan, type Stdio } from "@dockher/ns";
import { RuntimeError } from "../error.js";

export interface CopyTreeOptions {
  /** A descriptor of the directory to copy. */
  from: number;
  /** The directory to make. */
  to: string;
  /** What `from` is, for messages. */
  path: string;
  /** Writes all of it through to the disk. */
  durable: boolean;
  signal: AbortSignal | undefined;
}

/** Of everything that a file has, by number where there are names. */
const KEEP = ["--format=posix", "--acls", "--xattrs", "--xattrs-include=*", "--numeric-owner"];
/** tar(1): some files changed while they were read, as those of a directory that is in use may. */
const CHANGED = 1;

/**
 * Copies a directory that is not trusted. tar(1) opens what it reads relative to the directory above and follows no link, so
 * that nobody who exchanges names meanwhile leads it out; what it writes lies where nobody else is.
 * @throws RuntimeError `COPY_UP_FAILED`; the signal's reason when aborted
 */
export async function copyTree(options: CopyTreeOptions): Promise<void> {
  const { from, to, durable, signal } = options;
  await mkdir(to);
  const pack = ["tar", ...KEEP, "--sparse", "-C", "/proc/self/fd/0", "-c", "-f", "-", "."];
  const unpack = ["tar", ...KEEP, "-p", "--same-owner", "-C", to, "-x", "-f", "-"];
  await using reader = await start(pack, [{ kind: "inherit", fd: from }, { kind: "pipe" }], signal);
  const pipe = reader.takeDescriptor("stdout") ?? -1;
  await using writer = await start(
    unpack,
    [{ kind: "inherit", fd: pipe }, { kind: "null" }],
    signal,
  ).finally(() => closeSync(pipe));
  const [written, read] = await Promise.all([end(writer, signal), end(reader, signal)]);
  // A writer that ends early breaks its reader's pipe: its own words come first.
  if (written.exitCode !== 0) throw refuse(options, written.complaint);
  if (read.exitCode > CHANGED) throw refuse(options, read.complaint);
  if (durable) await sync(to, signal);
}

/** syncfs(2); to sync each of many files takes far longer. */
async function sync(path: string, signal: AbortSignal | undefined): Promise<void> {
  const args = ["sync", "-f", path];
  await using process = await start(args, [{ kind: "null" }, { kind: "null" }], signal);
  await end(process, signal);
}

async function start(
  args: string[],
  [stdin, stdout]: [Stdio, Stdio],
  signal: AbortSignal | undefined,
): Promise<LaunchedProcess> {
  const plan: Plan = {
    args,
    env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"],
    namespaces: [],
    stdio: [stdin, stdout, { kind: "pipe" }],
    steps: [],
  };
  try {
    return await launch(plan, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof NsError) || error.code !== "COMMAND_NOT_FOUND") throw error;
    throw new RuntimeError(`failed to fill the volume: ${args[0]} is not installed`, {
      code: "COPY_UP_FAILED",
      hint: `install ${args[0]}, or mount the volume with nocopy`,
      cause: error,
    });
  }
}

interface Ended {
  exitCode: number;
  complaint: string;
}

async function end(process: LaunchedProcess, signal: AbortSignal | undefined): Promise<Ended> {
  const abort = (): void => void process.kill("SIGKILL");
  signal?.addEventListener("abort", abort, { once: true });
  try {
    if (signal?.aborted) abort();
    const [exit, complaint] = await Promise.all([process.exited, readComplaint(process.stderr)]);
    signal?.throwIfAborted();
    const exitCode = exit.kind === "exited" ? exit.exitCode : 128 + exit.signal;
    return { exitCode, complaint: complaint || `it ended with ${exitCode}` };
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

const LONGEST_COMPLAINT = 1000;

/** The beginning of what was said; the rest is read too, lest the writer waits for ever. */
async function readComplaint(stream: Readable | undefined): Promise<string> {
  let text = "";
  for await (const chunk of (stream ?? []) as AsyncIterable<Buffer>) {
    if (text.length < LONGEST_COMPLAINT) text += chunk.toString().slice(0, LONGEST_COMPLAINT);
  }
  return text;
}

function refuse({ path }: CopyTreeOptions, complaint: string): RuntimeError {
  // tar(1) says "Wrote only" where the last block that was free took a part.
  const full = /No space left|Wrote only/.test(complaint);
  const reason = full ? "no space left on device" : complaint.split("\n", 1)[0];
  return new RuntimeError(`failed to copy the image's ${path} to the volume: ${reason}`, {
    code: "COPY_UP_FAILED",
    hint: full
      ? "free some space in the data directory, or choose another with --root"
      : "mount the volume with nocopy to start with an empty one",
  });
}
