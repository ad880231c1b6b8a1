import { DockherError } from "@dockher/spec";

/** What this package throws on purpose; match on `code`. */
export class CgroupError extends DockherError {}

/** The errno name of a failed system call, such as `ENOENT`; undefined for anything else that was thrown. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

interface ErrnoMeaning {
  code: string;
  reason: string;
  hint?: string;
}

const MEANINGS: Readonly<Record<string, ErrnoMeaning>> = {
  EROFS: {
    code: "CGROUP_READ_ONLY",
    reason: "the cgroup file system is mounted read-only",
    hint: "mount it writable; inside a container that takes a private cgroup namespace and a writable /sys/fs/cgroup",
  },
  EACCES: {
    code: "CGROUP_PERMISSION_DENIED",
    reason: "permission denied",
    hint: "run as root, or in a cgroup that is delegated to you: systemd-run --user --scope -p Delegate=yes",
  },
  EPERM: {
    code: "CGROUP_PERMISSION_DENIED",
    reason: "operation not permitted",
    hint: "run as root of the initial user namespace, or in a cgroup that is delegated to you",
  },
  ENOENT: { code: "CGROUP_UNAVAILABLE", reason: "it, or the cgroup around it, does not exist" },
  ENOTDIR: { code: "CGROUP_UNAVAILABLE", reason: "a control file has this name" },
  EINVAL: {
    code: "CGROUP_VALUE_REFUSED",
    reason: "the kernel refuses the value",
    hint: "a limit may not exceed what the parent cgroup has",
  },
  ERANGE: { code: "CGROUP_VALUE_REFUSED", reason: "the kernel refuses the value" },
  EBUSY: {
    code: "CGROUP_BUSY",
    reason: "it is in use",
  },
  ENOSPC: {
    code: "CGROUP_LIMIT_REACHED",
    reason: "the kernel allows no more cgroups here",
    hint: "look at cgroup.max.descendants and cgroup.max.depth, or remove cgroups that are left over",
  },
  EAGAIN: {
    code: "CGROUP_LIMIT_REACHED",
    reason: "a limit of an outer cgroup is reached",
  },
  ESRCH: { code: "CGROUP_NO_PROCESS", reason: "there is no such process" },
  // Node's name of EOPNOTSUPP.
  ENOTSUP: {
    code: "CGROUP_LIMIT_UNSUPPORTED",
    reason: "the kernel does not support it here",
    hint: "a weight for one disk needs the scheduler bfq: /sys/block/NAME/queue/scheduler",
  },
  ENODEV: { code: "CGROUP_VALUE_REFUSED", reason: "there is no such device" },
};

/** Turns a failed system call into a {@link CgroupError}. `action` is the verb and its object: `create cgroup /x`. */
export function wrapErrno(action: string, error: unknown): CgroupError {
  const errno = errnoOf(error) ?? "unknown error";
  const meaning = MEANINGS[errno];
  return new CgroupError(`failed to ${action}: ${meaning?.reason ?? errno}`, {
    code: meaning?.code ?? "CGROUP_FAILED",
    hint: meaning?.hint,
    cause: error,
  });
}
