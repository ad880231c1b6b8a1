import { type Command, defineCommand } from "../command.js";
import { createKept } from "../run/create-kept.js";
import { RUN_OPTIONS } from "../run/option-table.js";
import { UNSUPPORTED_OPTIONS } from "../run/unsupported-options.js";

/** Nobody looks at it yet. */
const { attach: _, detach: __, "detach-keys": ___, "sig-proxy": ____, ...OPTIONS } = RUN_OPTIONS;
const UNWATCHED = { attach: [], detach: true, "detach-keys": undefined, "sig-proxy": undefined };

const UNATTACHED = { reason: "nobody is attached before the start", hint: "dockher start -a NAME" };

export const create: Command = defineCommand({
  usage: "create [OPTIONS] [IMAGE] [COMMAND [ARG…]]",
  summary: "Create a container without starting it, and print its id.",
  options: OPTIONS,
  grammar: {
    unsupported: { ...UNSUPPORTED_OPTIONS, "--attach": UNATTACHED, "-a": UNATTACHED },
  },
  examples: [
    { line: "dockher create --name web busybox httpd -f", summary: "To be started later" },
  ],
  execute: async (parsed, context) => {
    const created = await createKept(
      { ...parsed, options: { ...parsed.options, ...UNWATCHED } },
      context,
    );
    context.print(created.id);
    return 0;
  },
});
