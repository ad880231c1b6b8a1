import type { ParsedArguments } from "../arguments/parse.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { addVolumesFrom } from "../run/add-volumes-from.js";
import { checkAttached } from "../run/check-attached.js";
import { readCommandLine } from "../run/command-line.js";
import { describeContainer, toSource } from "../run/container-options.js";
import { findDefaultImage } from "../run/default-image.js";
import { toFailureCode } from "../run/failure-code.js";
import { needsMonitor } from "../run/needs-monitor.js";
import { RUN_OPTIONS } from "../run/option-table.js";
import { prepareImage } from "../run/prepare-image.js";
import { runContainer } from "../run/run-container.js";
import { UNSUPPORTED_OPTIONS } from "../run/unsupported-options.js";

export const run: Command = defineCommand({
  usage: "run [OPTIONS] [IMAGE] [COMMAND [ARG…]]",
  summary: `Run a command in a new container, and end with its exit code.
Without IMAGE it is DOCKHER_IMAGE, the configured one, or this machine's own distribution.
What follows IMAGE is the container's, untouched. \`dockher --cmd …\` is \`dockher run --cmd …\`.`,
  options: RUN_OPTIONS,
  grammar: { unsupported: UNSUPPORTED_OPTIONS },
  examples: [
    {
      summary: "200 MiB of memory, half a processor",
      line: 'dockher run --cmd "echo hello" --mem 200 --cpu 50',
    },
    { summary: "A shell to type into", line: "dockher run -it debian bash" },
    { summary: "In the background", line: "dockher run -d --name web busybox httpd -f" },
    {
      summary: "Your directory, read-only, as your user",
      line: 'dockher run -v "$PWD:/src:ro" -w /src -u "$(id -u):$(id -g)" busybox ls',
    },
  ],
  toFailureCode,
  execute: async (parsed, context) => {
    checkAttached(parsed.options);
    if (needsMonitor(parsed.options)) return runMonitored(parsed, context);
    const line = readCommandLine(parsed);
    const { values } = line;
    const described = await addVolumesFrom(describeContainer(line, context), line, context);
    const terminal = { tty: values.tty === true, interactive: values.interactive === true };
    if (terminal.tty) (await import("../run/terminal.js")).checkTerminal(terminal);
    const image = values.rootfs ?? line.image ?? (await findDefaultImage(context.env));
    const display = { image, quiet: values.quiet === true };
    return runContainer({
      terminal,
      display,
      container: {
        ...described,
        source: toSource(line, image, context.cwd),
        ...(context.root === undefined ? {} : { directories: { root: context.root } }),
      },
      prepare: (signal, onProgress) =>
        prepareImage(line, { image, root: context.root, signal, onProgress }),
      notice: context.notice,
    });
  },
});

/** Loaded where it is used: a child of this process needs none of it. */
async function runMonitored(
  parsed: ParsedArguments<typeof RUN_OPTIONS>,
  context: CommandContext,
): Promise<number> {
  if (parsed.options.detach !== true) {
    return (await import("../run/run-attached.js")).runAttached(parsed, context);
  }
  const { startDetached } = await import("../run/start-detached.js");
  context.print(await startDetached(parsed, context));
  return 0;
}
