import { constants } from "node:os";
import { describeStep } from "./describe-step.js";
import { describeErrno, formatErrno } from "./errno.js";
import { NsError } from "./error.js";
import { nameSignal } from "./exit.js";
import type { Plan } from "./plan.js";

/** What the shim reports of a start that failed. */
export interface Failure {
  /** One of {@link Phase}. */
  phase: number;
  /** Which of several, or -1. */
  index: number;
  /** Positive errno, or 0. */
  errno: number;
  /** One of {@link ExecDetail}. */
  detail: number;
  /** What killed the process before it said anything, or 0. */
  signal: number;
}

/** `enum ns_phase` in shim/report.h. */
const Phase = {
  decode: 1,
  openNamespace: 2,
  openCgroup: 3,
  openInit: 4,
  stdio: 5,
  channel: 6,
  clone: 7,
  idMap: 8,
  aborted: 9,
  descriptors: 10,
  joinCgroup: 11,
  joinNamespace: 12,
  cgroupNamespace: 13,
  session: 14,
  keyring: 15,
  step: 16,
  workingDirectory: 17,
  exec: 18,
  parentGone: 19,
  helper: 20,
  userNamespace: 21,
  handoff: 22,
  signals: 23,
  memory: 24,
  inheritance: 25,
  oomScore: 26,
} as const;

/** `enum ns_exec_detail` in shim/report.h. */
const ExecDetail = { noInterpreter: 1, directory: 2 } as const;

const streams = ["stdin", "stdout", "stderr"] as const;
const idMaps = ["setgroups", "gid_map", "uid_map"] as const;

/** Put a failure into words. */
export function describeFailure(plan: Plan, failure: Failure): NsError {
  if (failure.phase === Phase.exec) return describeExecFailure(plan, failure);
  if (failure.phase === Phase.aborted)
    return new NsError(`failed to start ${plan.args[0]}: aborted`, { code: "LAUNCH_ABORTED" });
  if (failure.phase === Phase.helper || isParentGone(failure))
    return describeEarlyEnd(plan, failure);
  if (failure.phase === Phase.decode)
    return new NsError("failed to decode plan: the shim refuses it", { code: "INVALID_PLAN" });

  const step = failure.phase === Phase.step ? failure.index : undefined;
  return new NsError(`failed to ${describePhase(plan, failure)}: ${formatErrno(failure.errno)}`, {
    code: "LAUNCH_FAILED",
    errno: describeErrno(failure.errno).name,
    step,
    hint: findHint(plan, failure),
  });
}

/** Rather than that the child could not find out. */
function isParentGone({ phase, errno }: Failure): boolean {
  return phase === Phase.parentGone && describeErrno(errno).name === "ESRCH";
}

function describeEarlyEnd(plan: Plan, { signal }: Failure): NsError {
  const end = signal === 0 ? "it ended" : `it was killed by ${nameSignal(signal)}`;
  const isLimited = plan.cgroups !== undefined && signal === constants.signals.SIGKILL;
  return new NsError(`failed to start ${plan.args[0]}: ${end} before its first instruction`, {
    code: "KILLED_AT_START",
    hint: isLimited ? "its memory limit may be too small to start in" : undefined,
  });
}

/** What says nothing about the command. */
const shortages: ReadonlySet<string> = new Set(["ENOMEM", "EAGAIN", "EMFILE", "ENFILE", "EIO"]);

function describeExecFailure(plan: Plan, { errno, detail }: Failure): NsError {
  const command = plan.args[0];
  const { name } = describeErrno(errno);
  if (name === "ENOENT" && detail !== ExecDetail.noInterpreter)
    return new NsError(`failed to execute ${command}: not found`, {
      code: "COMMAND_NOT_FOUND",
      errno: name,
    });
  const reason =
    detail === ExecDetail.noInterpreter
      ? "the interpreter that it names is not there"
      : detail === ExecDetail.directory
        ? "is a directory"
        : formatErrno(errno);
  return new NsError(`failed to execute ${command}: ${reason}`, {
    code: shortages.has(name) ? "LAUNCH_FAILED" : "COMMAND_NOT_EXECUTABLE",
    errno: name,
    hint: name === "ENOMEM" ? "raise the memory limit" : undefined,
  });
}

function describePhase(plan: Plan, { phase, index }: Failure): string {
  const joins = plan.namespaces.filter((namespace) => namespace.path !== undefined);
  switch (phase) {
    case Phase.openNamespace:
      return `open ${index < 0 ? "the container's namespaces" : `namespace ${joins[index]?.path}`}`;
    case Phase.joinNamespace:
      return index < 0
        ? "join the container's namespaces"
        : `join ${joins[index]?.type} namespace ${joins[index]?.path}`;
    case Phase.openCgroup:
      return `open cgroup ${findCgroup(plan, index)}`;
    case Phase.joinCgroup:
      return `join cgroup ${findCgroup(plan, index)}`;
    case Phase.openInit:
      return "run the static init";
    case Phase.stdio:
      return `set up ${streams[index]}`;
    case Phase.channel:
      return "talk to the new process";
    case Phase.clone:
      return "clone a process";
    case Phase.userNamespace:
      return "make a user namespace";
    case Phase.idMap:
      return `write ${idMaps[index]}`;
    case Phase.descriptors:
      return "close inherited descriptors";
    case Phase.inheritance:
      return "give up the caller's priority, personality and securebits";
    case Phase.oomScore:
      return `set oom_score_adj to ${plan.oomScoreAdj}`;
    case Phase.cgroupNamespace:
      return "make a cgroup namespace";
    case Phase.session:
      return "make a session";
    case Phase.keyring:
      return "make a session keyring";
    case Phase.workingDirectory:
      return "stay in the working directory inside the root";
    case Phase.parentGone:
      return "bind the process to the life of its parent";
    case Phase.handoff:
      return "hand the plan over";
    case Phase.signals:
      return "reset signals";
    case Phase.memory:
      return "close the memory of this process to others";
    case Phase.step: {
      const step = plan.steps[index];
      return step === undefined ? `carry out step ${index}` : describeStep(step);
    }
    default:
      return `start (phase ${phase})`;
  }
}

function findCgroup(plan: Plan, index: number): string {
  if (plan.cgroups?.version === 1) return plan.cgroups.procs[index] ?? "";
  return plan.cgroups?.path ?? "";
}

function findHint(plan: Plan, { phase, index, errno }: Failure): string | undefined {
  const { name } = describeErrno(errno);
  const step = phase === Phase.step ? plan.steps[index] : undefined;
  if (step?.op === "mount" && step.target === "/" && name === "EINVAL")
    return "this process is in a chroot: make its directory a mount point (mount --bind DIR DIR) before entering it";
  const makes = phase === Phase.clone || phase === Phase.userNamespace;
  if (makes && name === "EPERM")
    return "run as root, or allow unprivileged user namespaces on this host";
  if (makes && name === "EAGAIN")
    return "raise the limit of processes: pids.max of the cgroup, or RLIMIT_NPROC";
  if (makes && name === "EINVAL")
    return "this kernel lacks one of the namespaces: ls /proc/self/ns";
  if (phase === Phase.clone && name === "EACCES" && plan.cgroups?.version === 2)
    return "this process is in a part of the cgroup tree from which it may not move others: start it in a delegated scope, systemd-run --user --scope -p Delegate=yes COMMAND";
  if (makes && name === "ENOSPC") return "raise the limits in /proc/sys/user/max_*_namespaces";
  if (name === "ENOSYS") return "Linux 5.12 or newer is needed";
  return undefined;
}
