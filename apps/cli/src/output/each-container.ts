import type { CommandContext } from "../command.js";
import { UsageError } from "../error.js";
import { renderError } from "./render-error.js";

export interface EachOptions {
  operands: readonly string[];
  /** Such as `stop`. */
  verb: string;
  context: CommandContext;
  /** Does it to one; prints what there is to print. */
  act: (container: string) => Promise<void>;
}

/**
 * Does something to each container that is named; one that fails does not keep the others from it.
 * @returns the exit code
 * @throws UsageError `MISSING_ARGUMENT`
 */
export async function eachContainer({
  operands,
  verb,
  context,
  act,
}: EachOptions): Promise<number> {
  if (operands.length === 0) {
    throw new UsageError(`failed to ${verb} a container: none is named`, {
      code: "MISSING_ARGUMENT",
      hint: `dockher ${verb} NAME`,
    });
  }
  let exitCode = 0;
  for (const container of operands) {
    try {
      await act(container);
    } catch (error) {
      exitCode = 1;
      process.stderr.write(renderError(error, { debug: context.env["DOCKHER_DEBUG"] === "1" }));
    }
  }
  return exitCode;
}
