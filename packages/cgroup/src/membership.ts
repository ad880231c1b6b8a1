/** One line of /proc/PID/cgroup: where a process sits in one hierarchy. */
export interface Membership {
  /** Empty for cgroup v2 (`0::/path`); `name=systemd` for a hierarchy without controllers. */
  controllers: readonly string[];
  /** Relative to the root of the cgroup namespace; starts with `/..` where the process sits outside of it. */
  path: string;
}

/** Parses /proc/PID/cgroup: cgroups(7). */
export function parseMemberships(text: string): Membership[] {
  const memberships: Membership[] = [];
  for (const line of text.split("\n")) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    memberships.push({ controllers: match[1] === "" ? [] : match[1].split(","), path: match[2] });
  }
  return memberships;
}
