import { startKeptContainer } from "@dockher/runtime";
import type { ParsedArguments } from "../arguments/parse.js";
import type { CommandContext } from "../command.js";
import { createKept, describeDirectories } from "./create-kept.js";
import { enterCgroupFor } from "./enter-cgroup-for.js";
import type { RunOptionTable } from "./option-table.js";
import { removeUnless } from "./remove-unless.js";

/**
 * Creates a container and starts it in the background; one that cannot be started does not stay.
 * @returns its id
 */
export async function startDetached(
  parsed: ParsedArguments<RunOptionTable>,
  context: CommandContext,
): Promise<string> {
  const { id } = await createKept(parsed, context);
  const target = { container: id, ...describeDirectories(context) };
  await removeUnless(target, async () => {
    await enterCgroupFor(target);
    await startKeptContainer(target);
  });
  return id;
}
