import { NsError, type Plan, type Step } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";

export interface FailedLaunch {
  plan: Plan;
  userNamespace: UserNamespace["type"];
}

/** Code, words and fix of a failure. */
interface Explanation {
  code: string;
  message: string;
  hint: string;
}

/** What the shim cannot know of a failed step: why it was in the plan, and what to do about it. */
export function explainLaunchFailure(error: unknown, launch: FailedLaunch): unknown {
  if (!(error instanceof NsError) || error.step === undefined) return error;
  const step = launch.plan.steps[error.step];
  if (step === undefined) return error;
  const explanation =
    explainOverlay(error, step, launch) ??
    explainIdmap(error, step, launch) ??
    (launch.userNamespace === "rootless" ? explainRootless(error, step) : undefined);
  if (explanation === undefined) return error;
  const { message, ...rest } = explanation;
  return new RuntimeError(message, { ...rest, cause: error });
}

function explainOverlay(
  { message, errno }: NsError,
  step: Step,
  { userNamespace }: FailedLaunch,
): Explanation | undefined {
  if (step.op !== "mount" || step.fstype !== "overlay") return undefined;
  const least = {
    host: "",
    mapped: "; with --userns auto it takes Linux 5.19",
    rootless: "; without root it takes Linux 5.11",
  };
  const hint =
    errno === "ENODEV"
      ? "modprobe overlay"
      : `an overlay cannot lie on every file system, an overlay among them: choose another with --root${least[userNamespace]}`;
  return { code: "OVERLAY_UNAVAILABLE", message, hint };
}

function explainIdmap(error: NsError, step: Step, { plan }: FailedLaunch): Explanation | undefined {
  if (step.op !== "set-mount-attributes" || !step.idmap) return undefined;
  const opened = plan.steps
    .slice(0, error.step)
    .findLast((one) => one.op === "open-tree" && one.slot === step.slot);
  const source = opened?.op === "open-tree" ? opened.source : "a mount";
  return {
    code: "IDMAP_UNAVAILABLE",
    message: `failed to map ${source} to the container's ids: its file system, or one mounted below it, does not allow that`,
    hint: "leave --userns auto out, or use ext4, xfs, btrfs or (from Linux 6.3) tmpfs",
  };
}

function explainRootless({ errno, message }: NsError, step: Step): Explanation | undefined {
  if (errno !== "EPERM" && errno !== "EACCES") return undefined;
  if (step.op === "create-mount" && step.fstype === "proc") {
    return {
      code: "PROC_UNAVAILABLE",
      message: "failed to mount /proc without root: parts of this machine's own are hidden",
      hint: "inside another container, run that one with an open /proc: docker run --security-opt systempaths=unconfined",
    };
  }
  if (step.op === "mount" && step.target === "/" && step.source === undefined) {
    return {
      code: "USER_NAMESPACE_RESTRICTED",
      message: `${message}: a user namespace has no rights on this machine`,
      hint: "on Ubuntu: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0; dockher doctor says more",
    };
  }
  return undefined;
}
