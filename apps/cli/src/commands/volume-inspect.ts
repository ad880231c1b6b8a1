import { inspectVolume } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { describeVolume } from "../output/describe-volume.js";
import { INSPECT_FORMAT_OPTION, printInspected } from "../output/inspect.js";
import { renderError } from "../output/render-error.js";

export const volumeInspect: Command = defineCommand({
  usage: "volume inspect [OPTIONS] VOLUME…",
  summary: "Show volumes, and where their data lies, as JSON.",
  options: INSPECT_FORMAT_OPTION,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, { root, env, print }) => {
    if (operands.length === 0) {
      throw new UsageError("failed to inspect a volume: none is named", {
        code: "MISSING_ARGUMENT",
        hint: "dockher volume inspect NAME",
      });
    }
    const rows: object[] = [];
    const errors: unknown[] = [];
    for (const name of operands) {
      try {
        const directories = root === undefined ? {} : { root };
        rows.push(describeVolume(await inspectVolume({ name, directories })));
      } catch (error) {
        errors.push(error);
      }
    }
    // As Docker: what was found, and an empty list where nothing was, stands before the errors.
    printInspected(rows, { format: options.format, print });
    for (const error of errors) {
      process.stderr.write(renderError(error, { debug: env["DOCKHER_DEBUG"] === "1" }));
    }
    return errors.length === 0 ? 0 : 1;
  },
});
