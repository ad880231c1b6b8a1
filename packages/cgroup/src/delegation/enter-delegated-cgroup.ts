import { CgroupError } from "../error.js";
import { type CgroupLayout, type DiscoverOptions, discoverCgroups } from "../hierarchy.js";
import { checkPlaceV1 } from "../place-v1.js";
import { findPlace, isDelegated } from "../place-v2.js";
import { enterScope } from "./enter-scope.js";
import { fixByHand } from "./fix.js";
import { moveToLeaf } from "./move-to-leaf.js";

/** What it took: `nothing`, a `leaf` of our own cgroup for all that were in it, or a `scope` from systemd for this process. */
export type EnteredBy = "nothing" | "leaf" | "scope";

/**
 * Brings this process where it may limit its children, for a program without root: call it once, before the first cgroup is
 * created. Changes nothing where cgroups can be created already. Where our own cgroup was delegated to us, as in a service with
 * `Delegate=yes`, its processes move to a leaf; else the user's systemd is asked for a scope.
 * @throws CgroupError `CGROUP_NOT_DELEGATED`, with the fix; what {@link findPlace} throws
 */
export async function enterDelegatedCgroup(options: DiscoverOptions = {}): Promise<EnteredBy> {
  const layout = discoverCgroups(options);
  if (layout.version === 1) {
    checkPlaceV1(layout.hierarchies);
    return "nothing";
  }
  if (hasPlace(layout)) return "nothing";
  const { hierarchy } = layout;
  if (isDelegated(hierarchy.ownDirectory)) {
    await moveToLeaf(hierarchy.ownDirectory);
    return "leaf";
  }
  await askSystemd(layout);
  await moveToLeaf(findOwnDirectory(options));
  return "scope";
}

function findOwnDirectory(options: DiscoverOptions): string {
  const layout = discoverCgroups(options);
  if (layout.version === 2) return layout.hierarchy.ownDirectory;
  throw new TypeError("the version of control groups has changed");
}

function hasPlace({ hierarchy }: CgroupLayout & { version: 2 }): boolean {
  try {
    findPlace(hierarchy, { writes: [], wanted: [] });
    return true;
  } catch (error) {
    if (error instanceof CgroupError && error.code === "CGROUP_NOT_DELEGATED") return false;
    throw error;
  }
}

async function askSystemd({ hierarchy }: CgroupLayout & { version: 2 }): Promise<void> {
  try {
    await enterScope();
  } catch (error) {
    if (!(error instanceof CgroupError) || error.hint !== undefined) throw error;
    throw new CgroupError(error.message, {
      code: error.code,
      hint: fixByHand(hierarchy),
      cause: error,
    });
  }
}
