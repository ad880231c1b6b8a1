import { RuntimeError } from "../error.js";
import type { ContainerStatus } from "./container-status.js";

/** What is said where a container does not run. */
export function refuseState(
  name: string,
  { state }: Pick<ContainerStatus, "state">,
  verb: string,
): RuntimeError {
  if (state === "paused") return refusePaused(name, verb);
  const restarting = state === "restarting";
  return new RuntimeError(
    `failed to ${verb} container ${name}: it ${restarting ? "is restarting" : "is not running"}`,
    {
      code: "CONTAINER_NOT_RUNNING",
      hint: restarting
        ? `see why it ends: dockher logs ${name}`
        : `start it: dockher start ${name}`,
    },
  );
}

export function refusePaused(name: string, verb: string): RuntimeError {
  return new RuntimeError(`failed to ${verb} container ${name}: it is paused`, {
    code: "CONTAINER_PAUSED",
    hint: `let it go on: dockher unpause ${name}`,
  });
}
