import { startAttached, startKeptContainer } from "@dockher/runtime";
import type { OptionTable, OptionValues } from "../arguments/option.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { eachContainer } from "../output/each-container.js";
import { ATTACH_OPTIONS } from "../run/attach-options.js";
import { describeDirectories } from "../run/create-kept.js";
import { enterCgroupFor } from "../run/enter-cgroup-for.js";

const OPTIONS = {
  attach: { kind: "flag", short: "a", summary: "Show what it writes, and end with its exit code" },
  interactive: { kind: "flag", short: "i", summary: "Give it this standard input too" },
  ...ATTACH_OPTIONS,
} as const satisfies OptionTable;

export const start: Command = defineCommand({
  usage: "start [OPTIONS] CONTAINER…",
  summary: "Start containers that were created or have ended, in the background without -a or -i.",
  options: OPTIONS,
  grammar: { interspersed: true },
  examples: [{ line: "dockher start -ai work", summary: "The shell that you left yesterday" }],
  execute: async ({ options, operands }, context) => {
    checkAttached(options);
    if (isAttached(options)) return startAndJoin(operands, options, context);
    return eachContainer({
      operands,
      verb: "start",
      context,
      act: async (container) => {
        const target = { container, ...describeDirectories(context) };
        await enterCgroupFor(target);
        await startKeptContainer(target);
        context.print(container);
      },
    });
  },
});

/** Refuses words of who is not there. */
function checkAttached(options: OptionValues<typeof OPTIONS>): void {
  if (options["detach-keys"] !== undefined && options.interactive !== true) {
    throw refuse("--detach-keys: nobody types without -i");
  }
  if (options["sig-proxy"] !== undefined && !isAttached(options)) {
    throw refuse("--sig-proxy: nobody is attached without -a or -i");
  }
}

function isAttached({ attach, interactive }: OptionValues<typeof OPTIONS>): boolean {
  return attach === true || interactive === true;
}

function refuse(reason: string): UsageError {
  return new UsageError(`failed to apply ${reason}`, {
    code: "CONFLICTING_OPTIONS",
    hint: "dockher start -ai NAME",
  });
}

async function startAndJoin(
  [container, ...more]: readonly string[],
  options: OptionValues<typeof OPTIONS>,
  context: CommandContext,
): Promise<number> {
  if (container === undefined || more.length > 0) {
    const reason =
      container === undefined
        ? "one container is needed"
        : "you cannot start and attach multiple containers at once";
    throw new UsageError(`failed to start and attach: ${reason}`, {
      code: container === undefined ? "MISSING_ARGUMENT" : "TOO_MANY_ARGUMENTS",
      hint: "dockher start -a NAME",
    });
  }
  const { attachToContainer } = await import("../run/attach-to-container.js");
  const stdin = options.interactive === true;
  return attachToContainer({
    container,
    stdin,
    proxied: "without-terminal",
    options,
    context,
    open: async (target) => {
      await enterCgroupFor(target);
      return await startAttached(target);
    },
  });
}
