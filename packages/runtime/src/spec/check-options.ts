import { validateParent } from "@dockher/cgroup";
import { compileSeccomp } from "@dockher/seccomp";
import { selectCapabilities } from "@dockher/spec";
import type { ContainerOptions } from "../options.js";
import { checkNetworkFiles } from "../source/write-network-files.js";
import { chooseUserNamespace } from "../user-namespace/user-namespace.js";
import { nameVolumes } from "../volumes/name-volumes.js";
import { locateVolumes } from "../volumes/volume-layout.js";
import { checkSysctl } from "./check-sysctl.js";
import { generateDeviceRules } from "./generate-device-rules.js";
import { generateDevices } from "./generate-devices.js";
import { generateMounts } from "./generate-mounts.js";
import { generateResources } from "./generate-resources.js";
import { generateRlimits } from "./generate-rlimits.js";
import { listGrantableCapabilities } from "./held-capabilities.js";
import { checkNamespaces } from "./select-namespaces.js";
import { selectSeccomp } from "./select-seccomp.js";

/**
 * Refuses what can be refused without the image, before minutes are spent on making one.
 * @throws RuntimeError, SpecError or SeccompError for the first option that cannot be meant
 */
export async function checkOptions(options: ContainerOptions): Promise<void> {
  generateResources(options.limits ?? {});
  generateMounts(
    nameVolumes({ mounts: options.mounts ?? [], layout: locateVolumes(options.directories) }),
  );
  generateRlimits(options.ulimits ?? {});
  generateDevices(
    options.devices ?? [],
    chooseUserNamespace(options) === "host" ? "host" : "mapped",
  );
  generateDeviceRules(options, chooseUserNamespace(options));
  if (options.cgroupParent !== undefined) validateParent(options.cgroupParent);
  checkNamespaces(options);
  checkSysctl(options);
  checkNetworkFiles(options);
  const capabilities = selectCapabilities({
    add: options.capAdd ?? [],
    drop: options.capDrop ?? [],
    held: listGrantableCapabilities(chooseUserNamespace(options)),
  });
  const seccomp = await selectSeccomp({ options, capabilities, layers: [] });
  if (seccomp !== undefined) await compileSeccomp(seccomp);
}
