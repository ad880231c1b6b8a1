import { accessSync, constants, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { delimiter, join } from "node:path";
import type { LinuxIDMapping } from "@dockher/spec";
import { hasErrno } from "../error.js";
import { findFreeStart, findRanges, type IdRange, type RangeOwner } from "./subordinate-ids.js";

/**
 * The ids that a user without root has inside a user namespace: root is the user's own id, all others are the subordinate
 * ranges in their order. Files of images and containers lie on disk with these ids, so everything has to use the same map.
 */
export type IdMap = {
  uidMappings: LinuxIDMapping[];
  gidMappings: LinuxIDMapping[];
} & (
  | { type: "full" }
  | {
      /** Root alone: whatever gives a file or a process to another id fails. */
      type: "single";
      /** Why there are no other ids. */
      reason: string;
      /** The exact command that gives some. */
      fix: string;
    }
);

export interface FindIdMapOptions {
  /** Where `/etc` lies, so that a test can lay out a machine in a directory. */
  root?: string;
  /** Where newuidmap(1) and newgidmap(1) are looked for. */
  path?: string;
  user?: { uid: number; gid: number; name: string | undefined };
}

/** What useradd(8) hands to each user, and all the ids that an ordinary image has. */
export const FULL_RANGE = 65_536;

/** Where the two programs may be when PATH does not say so. */
export const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Finds out which ids the calling user may map: a few small reads, no process. */
export function findIdMap(options: FindIdMapOptions = {}): IdMap {
  const { root = "", path = `${process.env["PATH"] ?? ""}:${SYSTEM_PATH}` } = options;
  const user = options.user ?? describeUser();
  const texts = [readIfThere(`${root}/etc/subuid`), readIfThere(`${root}/etc/subgid`)] as const;
  const [uids, gids] = texts.map((text) => findRanges(text, user)) as [IdRange[], IdRange[]];
  const lacksRanges = countIds(uids) < FULL_RANGE || countIds(gids) < FULL_RANGE;
  const lacksPrograms = !["newuidmap", "newgidmap"].every((name) => isProgram(name, path));
  const ids = { uid: user.uid, gid: user.gid };
  if (!lacksRanges && !lacksPrograms) {
    return {
      type: "full",
      uidMappings: [mapRoot(ids.uid), ...mapRanges(uids)],
      gidMappings: [mapRoot(ids.gid), ...mapRanges(gids)],
    };
  }
  return {
    type: "single",
    uidMappings: [mapRoot(ids.uid)],
    gidMappings: [mapRoot(ids.gid)],
    reason: lacksRanges
      ? `user ${user.name ?? user.uid} has no ${FULL_RANGE} subordinate ids`
      : "newuidmap and newgidmap are not installed",
    fix: [
      ...(lacksPrograms ? ["sudo apt-get install uidmap"] : []),
      ...(lacksRanges ? [proposeRanges(user, texts)] : []),
    ].join(" && "),
  };
}

function proposeRanges(user: RangeOwner, texts: readonly string[]): string {
  const start = findFreeStart(texts);
  const range = `${start}-${start + FULL_RANGE - 1}`;
  if (user.name !== undefined) {
    return `sudo usermod --add-subuids ${range} --add-subgids ${range} ${user.name}`;
  }
  return `echo ${user.uid}:${start}:${FULL_RANGE} | sudo tee -a /etc/subuid /etc/subgid`;
}

function describeUser(): { uid: number; gid: number; name: string | undefined } {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  try {
    return { uid, gid, name: userInfo().username };
  } catch (error) {
    // A user without a line in /etc/passwd, as in many a container.
    if (hasErrno(error, "ERR_SYSTEM_ERROR")) return { uid, gid, name: undefined };
    throw error;
  }
}

function mapRoot(hostID: number): LinuxIDMapping {
  return { containerID: 0, hostID, size: 1 };
}

function mapRanges(ranges: readonly IdRange[]): LinuxIDMapping[] {
  let containerID = 1;
  return ranges.map(({ start, count }) => {
    const mapping = { containerID, hostID: start, size: count };
    containerID += count;
    return mapping;
  });
}

function countIds(ranges: readonly IdRange[]): number {
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return "";
    throw error;
  }
}

function isProgram(name: string, path: string): boolean {
  return path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return directory !== "";
    } catch {
      return false;
    }
  });
}
