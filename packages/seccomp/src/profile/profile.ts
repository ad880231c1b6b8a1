import type { LinuxSeccomp, LinuxSyscall, SeccompArchitecture } from "@dockher/spec";

/**
 * A profile in Docker's form: rules may depend on the container's capabilities, on the machine and on its kernel. A `linux.seccomp`
 * of the OCI specification is one as well.
 */
export interface SeccompProfile extends Omit<LinuxSeccomp, "syscalls"> {
  /** Instead of `architectures`: what belongs to the machine's own. */
  archMap?: ArchitectureMapping[];
  syscalls?: ProfileRule[];
}

export interface ArchitectureMapping {
  architecture: SeccompArchitecture;
  subArchitectures?: SeccompArchitecture[];
}

export interface ProfileRule extends LinuxSyscall {
  /** Only where all of it is so. */
  includes?: ProfileCondition;
  /** Not where any of it is so. */
  excludes?: ProfileCondition;
}

export interface ProfileCondition {
  /** Capabilities of the bounding set, such as `CAP_SYS_ADMIN`. */
  caps?: string[];
  /** Machines, under Docker's names: `amd64`, `arm64`. */
  arches?: string[];
  /** Such as `4.8`. */
  minKernel?: string;
}
