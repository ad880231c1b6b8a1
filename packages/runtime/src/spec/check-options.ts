import { selectCapabilities } from "@dockher/spec";
import type { ContainerOptions } from "../options.js";
import { chooseUserNamespace } from "../user-namespace/user-namespace.js";
import { generateMounts } from "./generate-mounts.js";
import { generateResources } from "./generate-resources.js";
import { generateRlimits } from "./generate-rlimits.js";
import { listGrantableCapabilities } from "./held-capabilities.js";

/**
 * Refuses what can be refused without the image, before minutes are spent on making one.
 * @throws RuntimeError or SpecError for the first option that cannot be meant
 */
export function checkOptions(options: ContainerOptions): void {
  generateResources(options.limits ?? {});
  generateMounts(options.mounts ?? []);
  generateRlimits(options.ulimits ?? {});
  selectCapabilities({
    add: options.capAdd ?? [],
    drop: options.capDrop ?? [],
    held: listGrantableCapabilities(chooseUserNamespace(options)),
  });
}
