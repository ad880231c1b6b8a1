import { LaunchedProcess } from "./launched-process.js";
import { ParkedProcess } from "./parked-process.js";
import type { Plan } from "./plan.js";
import { PreparedPlan } from "./prepared-plan.js";
import { Start } from "./start.js";

export interface LaunchOptions {
  /** Ends the start; once it has succeeded, use {@link LaunchedProcess.kill}. */
  signal?: AbortSignal | undefined;
}

/**
 * Start the plan's command. Resolves when exec has succeeded; the event loop never waits.
 * The process dies with this one, or with the worker that started it.
 * @throws NsError see its codes; nothing is left behind
 */
export async function launch(
  plan: Plan | PreparedPlan,
  options: LaunchOptions = {},
): Promise<LaunchedProcess> {
  const prepared = plan instanceof PreparedPlan ? plan : new PreparedPlan(plan, "none");
  const start = new Start(prepared, options.signal);
  return new LaunchedProcess(start, await start.started);
}

/**
 * Make the plan's process but hold it before its first step: to write its id maps, or to give it a network.
 * It shares no memory with this process while it waits.
 * @throws NsError see its codes; nothing is left behind
 */
export async function park(plan: Plan, options: LaunchOptions = {}): Promise<ParkedProcess> {
  const start = new Start(new PreparedPlan(plan, "park"), options.signal);
  return new ParkedProcess(start, await start.parked);
}
