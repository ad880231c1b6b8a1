import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { copyPaths } from "../run/copy-paths.js";
import { describeDirectories } from "../run/create-kept.js";
import { catchInterrupt, InterruptedError } from "../run/signals.js";
import { parseCopyOperand } from "../values/copy-operand.js";

const OPTIONS = {
  archive: { kind: "flag", short: "a", summary: "Keep the owners, as numbers" },
  "follow-link": { kind: "flag", short: "L", summary: "Copy what a link as the source leads to" },
  quiet: { kind: "flag", short: "q", summary: "Say nothing of what is left out" },
} as const satisfies OptionTable;

export const cp: Command = defineCommand({
  usage: "cp [OPTIONS] CONTAINER:PATH PATH|-\n       dockher cp [OPTIONS] PATH|- CONTAINER:PATH",
  summary: `Copy files from and to a container, whether it runs or not. - is a tar archive on the standard streams.
A directory goes into one that is there; with /. behind it, only what is in it does.`,
  options: OPTIONS,
  grammar: { interspersed: true },
  examples: [
    { line: "dockher cp web:/etc/passwd .", summary: "A file out" },
    { line: "dockher cp site/. web:/srv", summary: "The content of a directory in" },
  ],
  execute: async ({ options, operands: [source, target, ...more] }, context) => {
    if (source === undefined || target === undefined || more.length > 0) {
      throw new UsageError("failed to copy: a source and a target are needed", {
        code: more.length > 0 ? "TOO_MANY_ARGUMENTS" : "MISSING_ARGUMENT",
        hint: "dockher cp NAME:/path .",
      });
    }
    const { notice } = context;
    const signal = catchInterrupt();
    const copied = copyPaths({
      source: parseCopyOperand(source, context.cwd),
      target: parseCopyOperand(target, context.cwd),
      archive: options.archive === true,
      follow: options["follow-link"] === true,
      signal,
      onSkipped: (name, reason) => {
        if (options.quiet !== true) notice(`${name} is left out: ${reason}`);
      },
      ...describeDirectories(context),
    });
    try {
      await copied;
      return 0;
    } catch (error) {
      if (signal.reason instanceof InterruptedError) return signal.reason.exitCode;
      throw error;
    }
  },
});
