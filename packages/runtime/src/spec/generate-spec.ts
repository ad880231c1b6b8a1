import { join } from "node:path";
import { validateParent } from "@dockher/cgroup";
import {
  createDefaultSpec,
  type ImageConfig,
  type LinuxDevice,
  type Mount,
  type Spec,
  validateSpec,
} from "@dockher/spec";
import type { Joined } from "../lifecycle/join-containers.js";
import type { ContainerOptions } from "../options.js";
import type { ContainerId } from "../state/container-id.js";
import type { ReadAccountFile } from "../user/resolve-user.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { type NamedMount, nameVolumes } from "../volumes/name-volumes.js";
import { locateVolumes } from "../volumes/volume-layout.js";
import { adaptToUserNamespace } from "./adapt-to-user-namespace.js";
import { checkSysctl } from "./check-sysctl.js";
import { chooseHostname } from "./choose-hostname.js";
import { ALL_DEVICE_RULES, DEFAULT_DEVICE_RULES, DEFAULT_DEVICES } from "./default-devices.js";
import { generateDeviceRules } from "./generate-device-rules.js";
import { generateDevices } from "./generate-devices.js";
import { generateMounts } from "./generate-mounts.js";
import { generateProcess } from "./generate-process.js";
import { generateResources } from "./generate-resources.js";
import { listDevices } from "./host-devices.js";
import { checkNamespaces, selectNamespaces } from "./select-namespaces.js";
import { selectShm } from "./select-shm.js";
import { listThermalThrottles } from "./thermal-throttles.js";

export interface GenerateSpecOptions {
  options: ContainerOptions;
  id: ContainerId;
  /** What the image says; empty for a root filesystem. */
  config: ImageConfig;
  readAccountFile: ReadAccountFile;
  userNamespace: UserNamespace;
  /** The caller's mounts and the image's, with the names of volumes. By default, new names. */
  mounts?: readonly NamedMount[];
  /** What it has of other containers; of those that are named nothing yet, without it. */
  joined?: Joined | undefined;
}

/**
 * The OCI configuration of a container: Docker's defaults, the image's wishes, then the caller's.
 * @throws RuntimeError, CgroupError or SpecError for the first option that cannot be meant
 */
export function generateSpec(given: GenerateSpecOptions): Spec {
  const { options, id, userNamespace } = given;
  checkNamespaces(options);
  checkSysctl(options);
  if (options.cgroupParent !== undefined) validateParent(options.cgroupParent);
  const spec = createDefaultSpec();
  const hostname = given.joined?.network?.hostname ?? chooseHostname(options, id);
  if (options.uts !== "host") spec.hostname = hostname;
  spec.process = generateProcess({ ...given, hostname });
  spec.root = {
    path: options.source.rootfs ?? "rootfs",
    ...(options.readonly ? { readonly: true } : {}),
  };
  spec.mounts = replaceMounts(
    selectShm(spec.mounts ?? [], options, given.joined),
    generateMounts(given.mounts ?? nameMounts(given)),
  );
  const own = generateDevices(options.devices ?? [], userNamespace.type);
  spec.linux = {
    ...spec.linux,
    namespaces: selectNamespaces(spec.linux?.namespaces ?? [], options, given.joined?.paths),
    maskedPaths: [...(spec.linux?.maskedPaths ?? []), ...listThermalThrottles()],
    devices: replaceDevices(
      options.privileged ? listDevices(userNamespace.type) : DEFAULT_DEVICES,
      own.devices,
    ),
    ...(options.sysctl === undefined
      ? {}
      : { sysctl: { ...spec.linux?.sysctl, ...options.sysctl } }),
    resources: {
      ...generateResources(options.limits ?? {}),
      devices: [
        ...(options.privileged ? ALL_DEVICE_RULES : DEFAULT_DEVICE_RULES),
        ...own.rules,
        ...generateDeviceRules(options, userNamespace.type),
      ],
    },
    ...(options.cgroupParent === undefined ? {} : { cgroupsPath: join(options.cgroupParent, id) }),
  };
  if (options.annotations !== undefined) spec.annotations = options.annotations;
  if (options.privileged) openPrivileged(spec);
  adaptToUserNamespace(spec, userNamespace);
  return validateSpec(spec);
}

function nameMounts({ options, config }: GenerateSpecOptions): NamedMount[] {
  return nameVolumes({
    mounts: options.mounts ?? [],
    declared: config.Volumes,
    layout: locateVolumes(options.directories),
  });
}

/** A mount of the caller's takes the place of a default one with the same destination. */
function replaceMounts(defaults: Mount[], own: Mount[]): Mount[] {
  const taken = new Set(own.map((mount) => mount.destination));
  return [...defaults.filter((mount) => !taken.has(mount.destination)), ...own];
}

/** A device of the caller's takes the place of one with the same name. */
function replaceDevices(defaults: readonly LinuxDevice[], own: LinuxDevice[]): LinuxDevice[] {
  const taken = new Set(own.map((device) => device.path));
  return [...defaults.filter((device) => !taken.has(device.path)), ...own];
}

/** Docker's `--privileged`: nothing masked, nothing read-only, every capability and device. */
function openPrivileged(spec: Spec): void {
  for (const mount of spec.mounts ?? []) {
    if (mount.type === "sysfs" || mount.type === "cgroup") {
      mount.options = mount.options?.filter((option) => option !== "ro") ?? [];
    }
  }
  spec.linux = { ...spec.linux, maskedPaths: [], readonlyPaths: [] };
}
