import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
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

/** Whom the kernel's ids of nobody belong to: he has no subordinate ids anywhere. */
export const bareUser: OrdinaryUser = describeUser(65534, 65534);

/** A user with subordinate ids: ourselves, or one of the machine's, whom root can become. */
export const rangedUser: OrdinaryUser | undefined =
  process.geteuid?.() === 0 ? findRangedUser() : describeSelf();

export const missingRangedUser: Missing = rangedUser
  ? findObstacle(rangedUser)
  : "no user has subordinate ids: make one with useradd";

export const missingBareUser: Missing =
  process.geteuid?.() === 0 ? findObstacle(bareUser) : "needs root";

function findRangedUser(): OrdinaryUser | undefined {
  if (!existsSync("/etc/subuid")) return undefined;
  for (const line of readFileSync("/etc/subuid", "utf8").split("\n")) {
    const name = line.split(":")[0] ?? "";
    const [uid, gid] = [askId("-u", name), askId("-g", name)];
    if (!uid || !gid) continue;
    if (findIdMap({ user: { uid, gid, name } }).type === "full") return describeUser(uid, gid);
  }
  return undefined;
}

function describeSelf(): OrdinaryUser | undefined {
  if (findIdMap().type === "single") return undefined;
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, wrapper: [] };
}

function describeUser(uid: number, gid: number): OrdinaryUser {
  const ids = ["--reuid", String(uid), "--regid", String(gid), "--clear-groups"];
  return { uid, gid, wrapper: ["setpriv", ...ids, "--"] };
}

function askId(flag: string, name: string): number | undefined {
  try {
    return Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }));
  } catch {
    return undefined;
  }
}

/** Why the user cannot run these tests. */
function findObstacle({ wrapper }: OrdinaryUser): Missing {
  const tries: [string[], string][] = [
    [["test", "-r", fileURLToPath(import.meta.url)], "an ordinary user cannot read this directory"],
    [["unshare", "--user", "--map-root-user", "true"], "the kernel refuses user namespaces"],
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
