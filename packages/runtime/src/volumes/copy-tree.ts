import { closeSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import type { Readable } from "node:stream";
import { type LaunchedProcess, NsError, type Plan, type Stdio } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import { launchContainer } from "../lifecycle/launch-container.js";
import { type FileNamespace, planUserNamespace } from "../user-namespace/plan-user-namespace.js";

export interface CopyTreeOptions {
  /** A descriptor of the directory to copy. */
  from: number;
  /** The directory to make. */
  to: string;
  /** What `from` is, for messages. */
  path: string;
  /** Writes all of it through to the disk. */
  durable: boolean;
  /** Whose root may read all of it, and give it to whom it belongs. */
  userNamespace: FileNamespace;
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
  const { from, to, durable, userNamespace, signal } = options;
  await mkdir(to);
  const pack = ["tar", ...KEEP, "--sparse", "-C", "/proc/self/fd/0", "-c", "-f", "-", "."];
  const unpack = ["tar", ...KEEP, "-p", "--same-owner", "-C", to, "-x", "-f", "-"];
  await using reader = await start(pack, {
    stdio: [{ kind: "inherit", fd: from }, { kind: "pipe" }],
    userNamespace,
    signal,
  });
  const pipe = reader.takeDescriptor("stdout") ?? -1;
  await using writer = await start(unpack, {
    stdio: [{ kind: "inherit", fd: pipe }, { kind: "null" }],
    userNamespace,
    signal,
  }).finally(() => closeSync(pipe));
  const [written, read] = await Promise.all([end(writer, signal), end(reader, signal)]);
  // A writer that ends early breaks its reader's pipe: its own words come first.
  if (written.exitCode !== 0) throw refuse(options, written.complaint);
  if (read.exitCode > CHANGED) throw refuse(options, read.complaint);
  // syncfs(2); to sync each of many files takes far longer.
  if (durable) await runAlone(["sync", "-f", to], options);
}

/**
 * Puts a copy in the place of an empty directory, in one step. Who owns neither may not move it: rename(2) writes to it.
 * @throws RuntimeError `COPY_UP_FAILED`; the signal's reason when aborted
 */
export async function placeCopy(options: CopyTreeOptions & { target: string }): Promise<void> {
  const { to, target } = options;
  if (options.userNamespace.type === "host") return await rename(to, target);
  const { exitCode, complaint } = await runAlone(["mv", "-T", "--", to, target], options);
  if (exitCode !== 0) throw refuse(options, complaint);
}

async function runAlone(
  args: string[],
  { userNamespace, signal }: Pick<CopyTreeOptions, "userNamespace" | "signal">,
): Promise<Ended> {
  const stdio: StartOptions["stdio"] = [{ kind: "null" }, { kind: "null" }];
  await using process = await start(args, { stdio, userNamespace, signal });
  return await end(process, signal);
}

interface StartOptions extends Pick<CopyTreeOptions, "userNamespace" | "signal"> {
  stdio: [stdin: Stdio, stdout: Stdio];
}

async function start(
  args: string[],
  { stdio: [stdin, stdout], userNamespace, signal }: StartOptions,
): Promise<LaunchedProcess> {
  const plan: Plan = {
    args,
    env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"],
    ...planUserNamespace(userNamespace),
    stdio: [stdin, stdout, { kind: "pipe" }],
    steps: [],
  };
  try {
    return await launchContainer({ plan, userNamespace, signal });
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
