import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { tryLock } from "@dockher/ns";
import { FULL_RANGE, findRanges, type IdRange } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";

/** A range that no other container of this machine has. */
export interface ClaimedRange extends IdRange {
  /** Holds it: who has a duplicate holds it as well, and the kernel frees it with the last of them. */
  readonly fd: number;
  release(): void;
}

export interface ClaimIdRangeOptions {
  /** Where `/etc` lies, so that a test can lay out a machine in a directory. */
  root?: string;
  /** Of the locks, one for each range in use; for the whole machine, whatever data directories there are. */
  directory?: string;
}

/** Who may hand ranges to our containers in /etc/subuid and /etc/subgid. Podman's `containers` are Podman's to hand out. */
const OWNER = { name: "dockher", uid: Number.NaN };

/**
 * Where nobody else gets ids from: above what useradd(8) hands out (to 600100000), systemd-nspawn(1) (to 1879048191) and
 * sssd (to 2000200000), below systemd's foreign ids (2147352576) and those that are negative to careless programs.
 */
const DEFAULT_RANGE: IdRange = { start: 0x7800_0000, count: 0x07fe_0000 };

const LOCKS = "/run/dockher/ids";

/**
 * Claims 65536 ids for a container. A lock of flock(2) holds them, so that the kernel frees them when this process dies.
 * @throws RuntimeError `NO_FREE_IDS`
 */
export function claimIdRange(options: ClaimIdRangeOptions = {}): ClaimedRange {
  const { root = "", directory = LOCKS } = options;
  const { ranges, isGranted } = findHostRanges(root);
  const total = ranges.reduce((sum, range) => sum + countBlocks(range), 0);
  // From anywhere: the first are taken, and whose owner has just been killed may still have processes that are dying.
  const first = Math.floor(Math.random() * total);
  for (let tried = 0; tried < total; tried++) {
    const start = locateBlock(ranges, (first + tried) % total);
    const lock = isGranted(start) ? lockFile(directory, String(start)) : undefined;
    if (lock !== undefined) return { start, count: FULL_RANGE, ...lock };
  }
  throw new RuntimeError("failed to find ids for the container: all are in use", {
    code: "NO_FREE_IDS",
    hint: `give more of them to "${OWNER.name}" in /etc/subuid and /etc/subgid, ${FULL_RANGE} for each container, or use --userns host`,
  });
}

/** Removes what a holder that has gone left of a range; nothing where somebody has it again. */
export function forgetIdRange(
  { start }: Pick<IdRange, "start">,
  { directory = LOCKS }: Pick<ClaimIdRangeOptions, "directory"> = {},
): void {
  lockFile(directory, String(start))?.release();
}

interface HostRanges {
  ranges: readonly IdRange[];
  /** Whether the block that starts there may be used for groups as well. */
  isGranted: (start: number) => boolean;
}

function findHostRanges(root: string): HostRanges {
  const uids = findRanges(readIfThere(`${root}/etc/subuid`), OWNER);
  const gids = findRanges(readIfThere(`${root}/etc/subgid`), OWNER);
  if (uids.length + gids.length === 0) return { ranges: [DEFAULT_RANGE], isGranted: () => true };
  return {
    ranges: uids,
    isGranted: (start) =>
      gids.some((range) => start >= range.start && start - range.start + FULL_RANGE <= range.count),
  };
}

function countBlocks({ count }: IdRange): number {
  return Math.floor(count / FULL_RANGE);
}

/** The first id of the block that has this number among those of all ranges. */
function locateBlock(ranges: readonly IdRange[], number: number): number {
  let left = number;
  for (const range of ranges) {
    if (left < countBlocks(range)) return range.start + left * FULL_RANGE;
    left -= countBlocks(range);
  }
  throw new RangeError(`there is no block ${number}`);
}

/** Locks the file unless somebody has it locked. */
function lockFile(
  directory: string,
  name: string,
): Pick<ClaimedRange, "fd" | "release"> | undefined {
  const path = join(directory, name);
  const fd = openFile(path, directory);
  try {
    // Its holder may have removed it between our two calls: then it is nobody's name any more.
    if (tryLock(fd) && fstatSync(fd).nlink > 0) {
      const release = (): void => {
        unlinkSync(path);
        closeSync(fd);
      };
      return { fd, release };
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return undefined;
}

function openFile(path: string, directory: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT;
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return openSync(path, flags, 0o600);
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}
