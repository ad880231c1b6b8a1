import { NsError, type Plan } from "@dockher/ns";
import { RuntimeError } from "../error.js";

/** What the shim cannot know of a failed step: why it was in the plan, and what to do about it. */
export function explainLaunchFailure(error: unknown, plan: Plan): unknown {
  if (!(error instanceof NsError) || error.step === undefined) return error;
  const step = plan.steps[error.step];
  if (step?.op !== "mount" || step.fstype !== "overlay") return error;
  const hint =
    error.errno === "ENODEV"
      ? "modprobe overlay"
      : "an overlay cannot lie on every file system, an overlay among them: choose another with --root";
  return new RuntimeError(error.message, { code: "OVERLAY_UNAVAILABLE", hint, cause: error });
}
