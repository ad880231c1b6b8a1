import {
  type ContainerAttachment,
  inspectContainer,
  type StartAttachedOptions,
} from "@dockher/runtime";
import type { OptionValues } from "../arguments/option.js";
import type { CommandContext } from "../command.js";
import { UsageError } from "../error.js";
import { type ATTACH_OPTIONS, readAttachOptions } from "./attach-options.js";
import type { Output } from "./attached-streams.js";
import { describeDirectories } from "./create-kept.js";
import { joinStreams } from "./join-streams.js";
import { catchEnd, forwardSignals, toExitCode } from "./signals.js";
import { checkTerminal } from "./terminal.js";
import { renderOomVerdict } from "./verdict.js";

export interface AttachToOptions {
  container: string;
  /** Whether what is typed goes to the container, where it was created to take it. */
  stdin: boolean;
  /** What of it is shown. Default both. */
  outputs?: readonly Output[];
  /** Whether all that it writes is seen, or what it writes from now on. Default the first. */
  since?: "start" | "now";
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
  const { container, context, open, outputs = ["stdout", "stderr"], since = "start" } = given;
  const { detachKeys, proxy } = readAttachOptions(given.options, context.env);
  const target = { container, ...describeDirectories(context) };
  const { config } = inspectContainer(target);
  const tty = config.options.terminal !== undefined;
  const interactive = config.openStdin && given.stdin;
  checkTerminal({ tty, interactive });
  checkEffects(given, { tty, interactive });
  const forwarding =
    proxy && (given.proxied === "all" || !tty)
      ? forwardSignals({ terminal: tty, notice: context.notice })
      : undefined;
  using signals = forwarding ?? catchEnd();
  try {
    await using attachment = await open({
      ...target,
      streams: [...(interactive ? (["stdin"] as const) : []), ...outputs],
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
    const state = await joinStreams({
      streams,
      outputs,
      ended,
      since,
      tty,
      interactive,
      detachKeys,
      abort,
    });
    if (state !== undefined && outputs.length > 0) {
      if (state.status === "running") return 0;
      const { limits = {} } = config.options;
      // How many, a monitor does not say.
      const killed = "a process of it";
      if (state.exit.oomKilled) context.notice(renderOomVerdict({ limits, killed }));
      return state.exit.exitCode;
    }
    if (state === undefined && signals.received === undefined) attachment.detach();
  } catch (error) {
    if (signals.received === undefined) throw error;
  }
  return signals.received === undefined ? 0 : toExitCode(signals.received);
}

/** Refuses words that mean nothing to a container as it was created. */
function checkEffects(
  { container, options, proxied }: AttachToOptions,
  { tty, interactive }: { tty: boolean; interactive: boolean },
): void {
  const refuse = (reason: string): UsageError =>
    new UsageError(`failed to apply ${reason}`, {
      code: "CONFLICTING_OPTIONS",
      hint: "leave it out",
    });
  if (options["detach-keys"] !== undefined && !(tty && interactive)) {
    throw refuse(`--detach-keys: nobody types into a terminal of ${container}`);
  }
  if (options["sig-proxy"] === true && tty && proxied === "without-terminal") {
    throw refuse(`--sig-proxy: ${container} has a terminal, whose keys are its signals`);
  }
}
