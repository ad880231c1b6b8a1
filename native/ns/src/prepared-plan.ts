import { encodePlan, type Hold } from "./encode.js";
import { NsError } from "./error.js";
import type { Plan } from "./plan.js";

/** A plan that has been checked and encoded; {@link preparePlan} makes one. */
export class PreparedPlan {
  /** @internal */
  readonly plan: Plan;
  /** @internal */
  readonly bytes: Uint8Array;

  /** @internal */
  constructor(plan: Plan, hold: Hold) {
    checkContainer(plan);
    this.plan = plan;
    this.bytes = encodePlan(plan, hold);
  }
}

/** Only a monitor knows whose namespaces are meant where nobody says so. */
function checkContainer({ namespaces, container }: Plan): void {
  if (container === undefined && !namespaces.some(({ of }) => of === "container")) return;
  if (container !== undefined && Number.isSafeInteger(container.pid) && container.pid > 0) return;
  const reason = container === undefined ? "there is none" : `${container.pid} is no pid`;
  throw new NsError(`failed to encode plan: container: ${reason}`, { code: "INVALID_PLAN" });
}

/**
 * Check and encode a plan once, to start it many times: encoding is the largest part of what a start costs the
 * event loop. Later changes of `plan` have no effect. It holds nothing that must be released; descriptors that it
 * inherits and paths that it names are looked up at each start.
 * @throws NsError `INVALID_PLAN`
 */
export function preparePlan(plan: Plan): PreparedPlan {
  return new PreparedPlan(structuredClone(plan), "none");
}
