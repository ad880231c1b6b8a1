import {
  type AttachContainerOptions,
  type ContainerAttachment,
  inspectContainer,
} from "@dockher/runtime";
import type { OptionValues } from "../arguments/option.js";
import type { CommandContext } from "../command.js";
import { type ATTACH_OPTIONS, readAttachOptions } from "./attach-options.js";
import { describeDirectories } from "./create-kept.js";
import { joinContainer } from "./join-container.js";
import { checkTerminal } from "./terminal.js";

export interface AttachToOptions {
  container: string;
  /** Whether what is typed goes to the container, where it was created to take it. */
  stdin: boolean;
  options: Partial<OptionValues<typeof ATTACH_OPTIONS>>;
  context: CommandContext;
  /** Starts it first, or not. */
  open: (options: AttachContainerOptions) => Promise<ContainerAttachment>;
}

/**
 * Joins this terminal with a container's.
 * @returns its exit code, or 0 where it was left alone
 */
export async function attachToContainer(given: AttachToOptions): Promise<number> {
  const { container, context, open } = given;
  const described = readAttachOptions(given.options, context.env);
  const target = { container, ...describeDirectories(context) };
  const { config } = inspectContainer(target);
  const tty = config.options.terminal !== undefined;
  const interactive = config.openStdin && given.stdin;
  checkTerminal({ tty, interactive });
  await using attachment = await open({
    ...target,
    streams: [...(interactive ? (["stdin"] as const) : []), "stdout", "stderr"],
    whenSlow: "wait",
  });
  const { notice } = context;
  return (await joinContainer({ attachment, tty, interactive, notice, ...described })) ?? 0;
}
