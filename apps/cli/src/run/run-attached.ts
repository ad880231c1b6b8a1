import { finishContainer, startAttached } from "@dockher/runtime";
import type { ParsedArguments } from "../arguments/parse.js";
import type { CommandContext } from "../command.js";
import { attachToContainer } from "./attach-to-container.js";
import { readAttachedStreams } from "./attached-streams.js";
import { createKept, describeDirectories } from "./create-kept.js";
import { enterCgroupFor } from "./enter-cgroup-for.js";
import type { RunOptionTable } from "./option-table.js";
import { removeUnless } from "./remove-unless.js";
import { checkTerminal } from "./terminal.js";

/**
 * Runs a container below a monitor in the foreground: it goes on where this process is killed or left by the keys that detach.
 * @returns the exit code; 0 where nobody sees what it writes, and its input is there
 */
export async function runAttached(
  parsed: ParsedArguments<RunOptionTable>,
  context: CommandContext,
): Promise<number> {
  const { options } = parsed;
  const { stdin, outputs } = readAttachedStreams(options);
  checkTerminal({ tty: options.tty === true, interactive: stdin });
  const { id } = await createKept(parsed, context);
  const target = { container: id, ...describeDirectories(context) };
  const exitCode = await attachToContainer({
    container: id,
    stdin,
    outputs,
    proxied: "all",
    options,
    context,
    open: (attach) =>
      removeUnless(target, async () => {
        await enterCgroupFor(target);
        const attachment = await startAttached(attach);
        if (outputs.length === 0) context.print(id);
        return attachment;
      }),
  });
  await tidyUp(target);
  return exitCode;
}

/** As the monitor's exit command will: so that the next command finds it done. */
async function tidyUp(target: Parameters<typeof finishContainer>[0]): Promise<void> {
  try {
    await finishContainer(target);
  } catch (error) {
    if ((error as { code?: string }).code !== "CONTAINER_NOT_FOUND") throw error;
  }
}
