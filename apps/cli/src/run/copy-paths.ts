import { posix } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  type ContainerTarget,
  copyFromContainer,
  copyIntoContainer,
  packTree,
  readEntry,
  statContainerPath,
  type TreeEntry,
  unpackTree,
} from "@dockher/runtime";
import { UsageError } from "../error.js";
import type { CopyOperand } from "../values/copy-operand.js";

export interface CopyPathsOptions extends Pick<ContainerTarget, "directories"> {
  source: CopyOperand;
  target: CopyOperand;
  /** Whether files keep their owners. */
  archive: boolean;
  /** Whether a link as the source is followed. */
  follow: boolean;
  signal: AbortSignal;
  onSkipped: (name: string, reason: string) => void;
}

type PathOperand = Exclude<CopyOperand, { type: "stream" }>;

const LOCAL = { root: "/" };

/**
 * Copies between this machine and a container, as `docker cp` does.
 * @throws UsageError `INVALID_COPY`; RuntimeError `PATH_NOT_FOUND`, `INVALID_PATH`, `CONTAINER_NOT_FOUND`
 */
export async function copyPaths(options: CopyPathsOptions): Promise<void> {
  const { source, target } = options;
  const sides = [source.type, target.type];
  if (sides.filter((type) => type === "container").length !== 1) {
    throw refuse(
      sides.includes("container") ? "both sides are containers" : "neither side is a container",
      "dockher cp NAME:/path .",
    );
  }
  if (source.type === "stream") return unpackStream(options);
  const from = await stat(source, options, { follow: options.follow || endsInside(source.path) });
  if (from === undefined) throw refuse(`${source.written} is not there`);
  if (endsInside(source.path) && from.type !== "directory") {
    throw refuse(`${source.written} is no directory`);
  }
  if (target.type === "stream") {
    await pipeline(
      await pack(source, options, posix.basename(clean(source.path)) || "."),
      process.stdout,
      {
        end: false,
        signal: options.signal,
      },
    );
    return;
  }
  const place = await findPlace(source, from, target, options);
  const archive = await pack(source, options, place.as);
  await unpack(target, options, { into: place.into, archive });
}

/** A tar archive on stdin goes into a directory that is there. */
async function unpackStream(options: CopyPathsOptions): Promise<void> {
  const { target } = options;
  if (target.type !== "container") throw refuse("neither side is a container");
  const entry = await stat(target, options, { follow: true });
  if (entry?.type !== "directory") {
    throw refuse(
      `${target.written} is no directory`,
      "an archive is unpacked in one that is there",
    );
  }
  await unpack(target, options, { into: clean(target.path), archive: process.stdin });
}

/** Where the source goes, and what it is called there: docker cp's rules. */
async function findPlace(
  source: PathOperand,
  from: TreeEntry,
  target: PathOperand,
  options: CopyPathsOptions,
): Promise<{ into: string; as: string }> {
  const path = clean(target.path);
  const to = await stat(target, options, { follow: true });
  const isDirectory = from.type === "directory";
  if (to?.type === "directory") {
    const onlyContent = isDirectory && /\/\.$/.test(source.path);
    return { into: path, as: onlyContent ? "." : posix.basename(clean(source.path)) || "." };
  }
  if (to !== undefined && isDirectory) {
    throw refuse(`${target.written} is a file, and ${source.written} a directory`);
  }
  if (endsInside(target.path) && !isDirectory) {
    throw refuse(
      `${target.written} is no directory`,
      "make it first, or leave out the / at its end",
    );
  }
  const parent = { ...target, path: posix.dirname(path), written: posix.dirname(path) };
  const above = await stat(parent, options, { follow: true });
  if (above?.type !== "directory")
    throw refuse(`${parent.written} is no directory`, "make it first");
  return { into: parent.path, as: posix.basename(path) };
}

function stat(
  operand: PathOperand,
  { directories, signal }: CopyPathsOptions,
  { follow }: { follow: boolean },
): Promise<TreeEntry | undefined> | TreeEntry | undefined {
  const path = clean(operand.path);
  if (operand.type === "local") return readEntry(LOCAL, path, { follow });
  const { container } = operand;
  return statContainerPath({
    container,
    path,
    follow,
    signal,
    ...(directories && { directories }),
  });
}

async function pack(
  operand: PathOperand,
  { directories, follow: asked, signal, onSkipped }: CopyPathsOptions,
  as: string,
): Promise<Readable> {
  const path = clean(operand.path);
  const follow = asked || endsInside(operand.path);
  if (operand.type === "local") {
    return packTree({ tree: LOCAL, path, follow, as, signal, onSkipped });
  }
  const { container } = operand;
  const given = directories === undefined ? {} : { directories };
  return await copyFromContainer({ container, path, follow, as, signal, onSkipped, ...given });
}

async function unpack(
  target: PathOperand,
  { archive: keepOwners, directories, signal, onSkipped }: CopyPathsOptions,
  { into, archive }: { into: string; archive: Readable },
): Promise<void> {
  if (target.type === "local") {
    // The directory is the root of what is unpacked: no link that the container made leads out of it.
    const owner = keepOwners ? "archive" : "own";
    const tree = { root: into };
    return await unpackTree({ tree, into: "/", archive, owner, signal, onSkipped });
  }
  await copyIntoContainer({
    container: target.container,
    path: into,
    archive,
    ...(keepOwners ? { owner: "archive" as const } : {}),
    signal,
    onSkipped,
    ...(directories === undefined ? {} : { directories }),
  });
}

/** Whether a path says that it is a directory. */
function endsInside(path: string): boolean {
  return /\/\.?$/.test(path);
}

function clean(path: string): string {
  return posix.resolve("/", path);
}

function refuse(reason: string, hint?: string): UsageError {
  return new UsageError(`failed to copy: ${reason}`, { code: "INVALID_COPY", hint });
}
