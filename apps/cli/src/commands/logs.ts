import { once } from "node:events";
import { createLogFormatter, inspectContainer, readContainerLog } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { describeDirectories } from "../run/create-kept.js";
import { catchInterrupt } from "../run/signals.js";

const OPTIONS = {
  follow: { kind: "flag", short: "f", summary: "Go on until the container has ended" },
  tail: { kind: "value", short: "n", placeholder: "N|all", summary: "Only the last N lines" },
  since: { kind: "value", placeholder: "TIME", summary: "Only later ones: 10m, or a date" },
  until: { kind: "value", placeholder: "TIME", summary: "Only earlier ones" },
  timestamps: { kind: "flag", short: "t", summary: "Begin each line with its time" },
} as const satisfies OptionTable;

export const logs: Command = defineCommand({
  usage: "logs [OPTIONS] CONTAINER",
  summary: "Show what a container has written.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    const [container] = operands;
    if (container === undefined || operands.length > 1) {
      throw new UsageError("failed to show a log: one container is needed", {
        code: "MISSING_ARGUMENT",
        hint: "dockher logs NAME",
      });
    }
    const signal = catchInterrupt();
    const format = createLogFormatter({ timestamps: options.timestamps === true });
    const entries = readContainerLog({
      container,
      follow: options.follow === true,
      ...readTail(options.tail),
      ...(options.since === undefined ? {} : { since: options.since }),
      ...(options.until === undefined ? {} : { until: options.until }),
      signal,
      onDamage: ({ reason }) => context.notice(`the log is damaged: ${reason}`),
      ...describeDirectories(context),
    });
    try {
      for await (const entry of entries) {
        const stream = entry.stream === "stderr" ? process.stderr : process.stdout;
        if (!stream.write(format(entry))) await once(stream, "drain");
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    noticeLosses(container, context);
    return 0;
  },
});

/** Of a container that was removed meanwhile there is nothing to tell. */
function noticeLosses(container: string, context: CommandContext): void {
  try {
    const { status } = inspectContainer({ container, ...describeDirectories(context) });
    if (status.state === "created" || status.lostLogEntries === 0) return;
    context.notice(`${status.lostLogEntries} entries are missing: they could not be written`);
  } catch (error) {
    if ((error as { code?: string }).code !== "CONTAINER_NOT_FOUND") throw error;
  }
}

function readTail(text: string | undefined): { tail?: number } {
  if (text === undefined || text === "all") return {};
  if (/^\d+$/.test(text)) return { tail: Number(text) };
  throw new UsageError(`failed to parse --tail "${text}": not a number of lines`, {
    code: "INVALID_TAIL",
    hint: "write --tail 100, or all",
  });
}
