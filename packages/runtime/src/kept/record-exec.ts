import type { ProcessExit } from "@dockher/ns";
import { recordContainerEvent, recordContainerEvents } from "../events/journal.js";
import { type ContainerId, generateContainerId } from "../state/container-id.js";
import { type KeptContainer, rootOf } from "./find-container.js";

/** Tells of a command as Docker does, before it is known whether there is such a one; what it is called from then on. */
export function recordExec(
  { record, config }: KeptContainer,
  command: readonly string[],
): ContainerId {
  const execID = generateContainerId();
  const [program, ...words] = command;
  const text = `${program} ${words.join(" ")}`;
  const actions = [`exec_create: ${text}`, `exec_start: ${text}`] as const;
  recordContainerEvents(rootOf(record), config, actions, { execID });
  return execID;
}

export interface ExecEnd {
  id: ContainerId;
  exit: ProcessExit;
}

/** A monitor tells of what it runs itself. */
export function recordExecEnd({ record, config }: KeptContainer, { id, exit }: ExecEnd): void {
  const exitCode = exit.kind === "exited" ? exit.exitCode : 128 + exit.signal;
  const attributes = { execID: id, exitCode: `${exitCode}` };
  recordContainerEvent(rootOf(record), config, "exec_die", attributes);
}
