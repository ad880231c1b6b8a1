import type { Cgroup, CgroupLocation } from "./cgroup.js";
import { CgroupV1 } from "./cgroup-v1.js";
import { CgroupV2 } from "./cgroup-v2.js";
import { type CreateOptions, validateName, validateParent } from "./create.js";
import { createV1 } from "./create-v1.js";
import { createV2 } from "./create-v2.js";
import { type CgroupLayout, type DiscoverOptions, discoverCgroups } from "./hierarchy.js";
import { validateResources } from "./resources/validate.js";

export interface OpenOptions extends DiscoverOptions {
  /**
   * The cgroup to create in. An absolute path begins at the mount point of each hierarchy, any other where cgroups would go without
   * it. What is missing of it is made, and goes with the last cgroup in it. Default: near our own cgroup, so that outer limits keep
   * holding.
   */
  parent?: string;
}

/** Creates control groups on the version that this machine has. Holds nothing open. */
export class CgroupManager {
  readonly layout: CgroupLayout;
  readonly #parent: { parent?: string };

  private constructor(layout: CgroupLayout, parent: { parent?: string }) {
    this.layout = layout;
    this.#parent = parent;
  }

  /**
   * Finds the hierarchies: two small reads, nothing is changed.
   * @throws CgroupError `CGROUP_UNAVAILABLE`, `INVALID_CGROUP_PATH`
   */
  static open({ parent, ...options }: OpenOptions = {}): CgroupManager {
    if (parent !== undefined) validateParent(parent);
    return new CgroupManager(discoverCgroups(options), parent === undefined ? {} : { parent });
  }

  get version(): 1 | 2 {
    return this.layout.version;
  }

  /**
   * Creates a cgroup with its limits, for a process to be started in. All is checked before the first directory is
   * made, and a failure takes back what was made.
   * @throws CgroupError `INVALID_CGROUP_NAME`, `INVALID_RESOURCES`, `CGROUP_CONTROLLER_MISSING`, `CGROUP_EXISTS`,
   * `CGROUP_READ_ONLY`, `CGROUP_PERMISSION_DENIED`, `CGROUP_NOT_DELEGATED`, `CGROUP_LIMIT_UNSUPPORTED`,
   * `CGROUP_VALUE_REFUSED`, `CGROUP_DEVICES_UNSUPPORTED` (v2), `CGROUP_UNSUPPORTED` (what only v2 has, on v1)
   */
  async create(options: CreateOptions): Promise<Cgroup> {
    validateName(options.name);
    validateResources(options.resources ?? {});
    const request = { ...options, ...this.#parent };
    return this.layout.version === 2
      ? await createV2(this.layout, request)
      : await createV1(this.layout, request);
  }
}

/** Opens a cgroup that exists, by the `location` that its creator kept. Touches nothing. */
export function openCgroup(location: CgroupLocation): Cgroup {
  return location.version === 2 ? new CgroupV2(location) : new CgroupV1(location);
}
