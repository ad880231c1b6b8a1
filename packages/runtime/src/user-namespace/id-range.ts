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
export function claimIdRange({
  root = "",
  directory = LOCKS,
}: ClaimIdRangeOptions = {}): ClaimedRange {
  const starts = listStarts(root);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // From anywhere: the first are taken, and whose owner has just been killed may still have processes that are dying.
  const first = Math.floor(Math.random() * starts.length);
  for (const start of [...starts.slice(first), ...starts.slice(0, first)]) {
    const release = lockFile(join(directory, String(start)));
    if (release !== undefined) return { start, count: FULL_RANGE, release };
  }
  throw new RuntimeError("failed to find ids for the container: all are in use", {
    code: "NO_FREE_IDS",
    hint: `give more of them to "${OWNER.name}" in /etc/subuid and /etc/subgid, ${FULL_RANGE} for each container, or use --userns host`,
  });
}

/** The first ids of all ranges that there are. */
function listStarts(root: string): number[] {
  const [uids = [], gids = []] = ["subuid", "subgid"].map((file) =>
    findRanges(readIfThere(`${root}/etc/${file}`), OWNER),
  );
  const given = [...uids, ...gids].length > 0;
  const ranges = given ? uids : [DEFAULT_RANGE];
  return ranges
    .flatMap(({ start, count }) => {
      const length = Math.floor(count / FULL_RANGE);
      return Array.from({ length }, (_, index) => start + index * FULL_RANGE);
    })
    .filter((start) => !given || gids.some((range) => contains(range, start)));
}

function contains(range: IdRange, start: number): boolean {
  return start >= range.start && start + FULL_RANGE <= range.start + range.count;
}

/** Locks the file unless somebody has it locked; returns what removes it. */
function lockFile(path: string): (() => void) | undefined {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    // Its holder may have removed it between our two calls: then it is nobody's name any more.
    if (tryLock(fd) && fstatSync(fd).nlink > 0) {
      return () => {
        unlinkSync(path);
        closeSync(fd);
      };
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return undefined;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
