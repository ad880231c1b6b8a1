import {
  type ContainerAttachment,
  inspectContainer,
  type StartAttachedOptions,
} from "@dockher/runtime";
import type { OptionValues } from "../arguments/option.js";
import type { CommandContext } from "../command.js";
import { type ATTACH_OPTIONS, readAttachOptions } from "./attach-options.js";
import { describeDirectories } from "./create-kept.js";
import { joinStreams } from "./join-streams.js";
import { catchEnd, forwardSignals, toExitCode } from "./signals.js";
import { checkTerminal } from "./terminal.js";

export interface AttachToOptions {
  container: string;
  /** Whether what is typed goes to the container, where it was created to take it. */
  stdin: boolean;
  /** Whose signals are the container's: a terminal's keys are in any case. */
  proxied: "all" | "without-terminal";
  options: Partial<OptionValues<typeof ATTACH_OPTIONS>>;
  context: CommandContext;
  /** Starts it first, or not. */
  open: (options: StartAttachedOptions) => Promise<ContainerAttachment>;
}

/**
 * Joins this terminal with a container's.
 * @returns its exit code; 0 where the keys that detach left it alone, 128+n where signal n did
 */
export async function attachToContainer(given: AttachToOptions): Promise<number> {
  const { container, context, open } = given;
  const { detachKeys, proxy } = readAttachOptions(given.options, context.env);
  const target = { container, ...describeDirectories(context) };
  const { config } = inspectContainer(target);
  const tty = config.options.terminal !== undefined;
  const interactive = config.openStdin && given.stdin;
  checkTerminal({ tty, interactive });
  const forwarding =
    proxy && (given.proxied === "all" || !tty)
      ? forwardSignals({ terminal: tty, notice: context.notice })
      : undefined;
  using signals = forwarding ?? catchEnd();
  try {
    await using attachment = await open({
      ...target,
      streams: [...(interactive ? (["stdin"] as const) : []), "stdout", "stderr"],
      whenSlow: "wait",
      signal: signals.abort,
    });
    const { streams } = attachment;
    forwarding?.attach({
      kill: (signal) => {
        // It has ended by itself.
        streams.kill(signal).catch(() => {});
        return true;
      },
    });
    const { abort } = signals;
    const { ended } = streams;
    const state = await joinStreams({ streams, ended, tty, interactive, detachKeys, abort });
    if (state !== undefined) return state.status === "running" ? 0 : state.exit.exitCode;
    if (signals.received === undefined) attachment.detach();
  } catch (error) {
    if (signals.received === undefined) throw error;
  }
  return signals.received === undefined ? 0 : toExitCode(signals.received);
}
