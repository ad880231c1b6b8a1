import { isWritable } from "./directory.js";
import { CgroupError, wrapErrno } from "./error.js";
import type { Hierarchy } from "./hierarchy.js";

/**
 * Checks that cgroups can be made below our own in each hierarchy, or below an absolute `parent`. v1 knows no delegation but the owner
 * of a directory, and systemd gives no user one.
 * @throws CgroupError `CGROUP_READ_ONLY`, `CGROUP_NOT_DELEGATED`
 */
export function checkPlaceV1(hierarchies: readonly Hierarchy[], parent?: string): void {
  const readOnly = hierarchies.find((hierarchy) => hierarchy.readOnly);
  if (readOnly !== undefined) {
    throw wrapErrno(
      `create a cgroup in ${readOnly.mountPoint}`,
      Object.assign(new Error("read-only mount"), { code: "EROFS" }),
    );
  }
  // What is named may be missing, which is told when it is used.
  if (parent?.startsWith("/")) return;
  const foreign = hierarchies.filter(({ ownDirectory }) => !isWritable(ownDirectory));
  const [first] = foreign;
  if (first === undefined) return;
  const names = foreign.flatMap(({ controllers }) => controllers).join(", ");
  throw new CgroupError(
    `failed to create a cgroup in ${first.ownDirectory}: not delegated to this user: ${names}`,
    {
      code: "CGROUP_NOT_DELEGATED",
      hint: "boot with systemd.unified_cgroup_hierarchy=1 for cgroup v2, whose controllers can be delegated, or run it as root",
    },
  );
}
