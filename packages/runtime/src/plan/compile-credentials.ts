import type { RlimitType, Step } from "@dockher/ns";
import type { Filter } from "@dockher/seccomp";
import { CAPABILITIES, type Process } from "@dockher/spec";
import { RLIM_INFINITY } from "../spec/generate-rlimits.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";

export interface CredentialOptions {
  process: Process;
  userNamespace: UserNamespace;
  /** Undefined for none. */
  filter: Filter | undefined;
}

/**
 * From root to the container's user. Hard limits are raised with the rights of the host; in a user namespace that is
 * entered then, all capabilities are back. The bounding set goes first, because dropping from it takes CAP_SETPCAP; the
 * user id goes after the groups, because it takes the right to set them. The filter goes last, where no_new_privs lets it be
 * installed; without, it takes CAP_SYS_ADMIN (seccomp(2)), so that it must let the rest pass.
 */
export function compileCredentials(options: CredentialOptions): Step[] {
  const { process, userNamespace, filter } = options;
  const { user, capabilities = {}, rlimits = [] } = process;
  const steps: Step[] = rlimits.map(({ type, soft, hard }) => ({
    op: "rlimit",
    type: type as RlimitType,
    soft: toKernelLimit(soft),
    hard: toKernelLimit(hard),
  }));
  if (userNamespace.type === "mapped") steps.push({ op: "enter-user-namespace" });
  const seccomp: Step[] = filter === undefined ? [] : [{ op: "seccomp", ...filter }];
  if (!process.noNewPrivileges) steps.push(...seccomp);
  steps.push({ op: "bounding", keep: toMask(capabilities.bounding) });
  // With a single id the kernel lets nobody change the groups (user_namespaces(7), "/proc/[pid]/setgroups").
  if (userNamespace.type !== "rootless" || userNamespace.single === undefined) {
    steps.push({ op: "groups", gids: user.additionalGids ?? [] });
  }
  steps.push(
    { op: "gid", gid: user.gid },
    { op: "uid", uid: user.uid, keepCapabilities: toMask(capabilities.permitted) !== 0n },
    {
      op: "capabilities",
      effective: toMask(capabilities.effective),
      permitted: toMask(capabilities.permitted),
      inheritable: toMask(capabilities.inheritable),
      ambient: toMask(capabilities.ambient),
    },
  );
  if (process.noNewPrivileges) steps.push({ op: "no-new-privileges" }, ...seccomp);
  return steps;
}

function toMask(names: readonly string[] = []): bigint {
  return names.reduce((mask, name) => mask | (1n << BigInt(CAPABILITIES.indexOf(name))), 0n);
}

function toKernelLimit(value: number): number {
  return value >= RLIM_INFINITY ? Number.POSITIVE_INFINITY : value;
}
