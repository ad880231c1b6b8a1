import { CgroupError } from "./error.js";
import type { Controller } from "./hierarchy.js";
import type { ControlWrite } from "./resources/plan.js";

/**
 * Refuses a plan whose controllers are not all there, naming the property and the controller.
 * @throws CgroupError `CGROUP_CONTROLLER_MISSING`
 */
export function requireControllers(
  writes: readonly ControlWrite[],
  available: readonly Controller[],
  hint: string,
): void {
  for (const { controller, property, value } of writes) {
    if (available.includes(controller)) continue;
    throw new CgroupError(
      `failed to set ${property} to ${value}: the cgroup controller "${controller}" is missing`,
      { code: "CGROUP_CONTROLLER_MISSING", hint },
    );
  }
}

/** The controllers that a plan writes to, each once. */
export function listControllers(writes: readonly ControlWrite[]): Controller[] {
  return [...new Set(writes.map((write) => write.controller))];
}
