import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findIdMap } from "../src/user-namespace/id-map.js";
import type { Missing } from "./capabilities.js";

/** A user without root whom a test may become. */
export interface OrdinaryUser {
  uid: number;
  gid: number;
  /** A command that becomes the user and ends in exec of its arguments. */
  wrapper: string[];
}

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65_534;
const BECOME = `exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups -- "$@"`;
/** In a mount namespace of its own nobody has subordinate ids, far from what anybody else uses. */
const GRANT = `mount -t tmpfs tmpfs /mnt && echo ${NOBODY}:2000065536:65536 > /mnt/ids &&
  mount --bind /mnt/ids /etc/subuid && mount --bind /mnt/ids /etc/subgid && umount --lazy /mnt && ${BECOME}`;

/** A user who has no subordinate ids. */
export const bareUser: OrdinaryUser = {
  uid: NOBODY,
  gid: NOBODY,
  wrapper: ["sh", "-c", BECOME, "sh"],
};

/** A user with subordinate ids: the one who runs the tests, or whom root can become. */
export const rangedUser: OrdinaryUser = isRoot
  ? {
      uid: NOBODY,
      gid: NOBODY,
      wrapper: ["unshare", "--mount", "--propagation", "private", "sh", "-c", GRANT, "sh"],
    }
  : { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, wrapper: [] };

export const missingBareUser: Missing = isRoot ? findObstacle(bareUser) : "needs root";

export const missingRangedUser: Missing =
  !isRoot && findIdMap().type === "single"
    ? "this user has no subordinate ids"
    : findObstacle(rangedUser);

/** Why the user cannot run these tests. */
function findObstacle({ wrapper }: OrdinaryUser): Missing {
  const tries: [string[], string][] = [
    [["true"], "nobody cannot be given subordinate ids: /etc/subuid and /etc/subgid are missing"],
    [["test", "-r", fileURLToPath(import.meta.url)], "an ordinary user cannot read this directory"],
    [["unshare", "--user", "--map-root-user", "true"], "the kernel refuses user namespaces"],
    [["sh", "-c", "command -v newuidmap newgidmap"], "newuidmap is not installed"],
  ];
  for (const [command, reason] of tries) {
    const [file = "", ...args] = [...wrapper, ...command];
    try {
      execFileSync(file, args, { stdio: "ignore" });
    } catch {
      return reason;
    }
  }
  return undefined;
}
