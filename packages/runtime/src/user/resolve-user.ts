import type { User } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import {
  type GroupEntry,
  type PasswdEntry,
  parseAccountId,
  parseGroup,
  parsePasswd,
} from "./account-files.js";

/** The text of an account file of the image; undefined where there is none that may be read. */
export type ReadAccountFile = (path: "/etc/passwd" | "/etc/group") => string | undefined;

export interface ResolvedUser extends Required<Omit<User, "umask">> {
  /** The home directory that the image names, undefined where it names none. */
  home: string | undefined;
}

/**
 * Resolves `user[:group]`, names or numbers, with the image's own account files, as Docker does:
 * a number needs no entry, a name does, and a user without a group gets its primary and supplementary ones.
 * @throws RuntimeError `USER_NOT_FOUND`, `GROUP_NOT_FOUND`, `INVALID_USER`
 */
export function resolveUser(text: string, readFile: ReadAccountFile): ResolvedUser {
  const [userText = "", groupText, ...rest] = text.split(":");
  if (rest.length > 0 || groupText === "" || (userText === "" && text !== "")) {
    throw new RuntimeError(`failed to parse user "${text}": it must read USER or USER:GROUP`, {
      code: "INVALID_USER",
    });
  }
  const account = findUser(userText || "0", parsePasswd(readFile("/etc/passwd") ?? ""));
  const groups = parseGroup(readFile("/etc/group") ?? "");
  if (groupText !== undefined) {
    const gid = findGroup(groupText, groups);
    return { uid: account.uid, gid, additionalGids: [], home: account.home };
  }
  const additionalGids = groups
    .filter((group) => account.name !== undefined && group.members.includes(account.name))
    .map((group) => group.gid)
    .filter((gid) => gid !== account.gid);
  return {
    uid: account.uid,
    gid: account.gid,
    additionalGids: [...new Set(additionalGids)],
    home: account.home,
  };
}

/**
 * The numbers of groups, named as the image has them or by number.
 * @throws RuntimeError `GROUP_NOT_FOUND`
 */
export function resolveGroups(names: readonly string[], readFile: ReadAccountFile): number[] {
  if (names.length === 0) return [];
  const groups = parseGroup(readFile("/etc/group") ?? "");
  return names.map((name) => findGroup(name, groups));
}

interface Account {
  name: string | undefined;
  uid: number;
  gid: number;
  home: string | undefined;
}

function findUser(text: string, entries: PasswdEntry[]): Account {
  const uid = parseAccountId(text);
  const entry = entries.find((one) => one.name === text) ?? entries.find((one) => one.uid === uid);
  if (entry !== undefined) return { ...entry, home: entry.home || undefined };
  if (uid !== undefined) return { name: undefined, uid, gid: 0, home: undefined };
  throw new RuntimeError(`failed to find user "${text}": the image's /etc/passwd has none`, {
    code: "USER_NOT_FOUND",
    hint: "name a user of the image, or a number",
  });
}

function findGroup(text: string, entries: GroupEntry[]): number {
  const gid = entries.find((one) => one.name === text)?.gid ?? parseAccountId(text);
  if (gid !== undefined) return gid;
  throw new RuntimeError(`failed to find group "${text}": the image's /etc/group has none`, {
    code: "GROUP_NOT_FOUND",
    hint: "name a group of the image, or a number",
  });
}
