import { type Command, defineCommand } from "../command.js";
import { createKept } from "../run/create-kept.js";
import { RUN_OPTIONS } from "../run/option-table.js";
import { UNSUPPORTED_OPTIONS } from "../run/unsupported-options.js";

/** Nobody looks at it yet. */
const { detach: _, "detach-keys": __, "sig-proxy": ___, ...OPTIONS } = RUN_OPTIONS;
const UNWATCHED = { detach: true, "detach-keys": undefined, "sig-proxy": undefined };

export const create: Command = defineCommand({
  usage: "create [OPTIONS] [IMAGE] [COMMAND [ARG…]]",
  summary: "Create a container without starting it, and print its id.",
  options: OPTIONS,
  grammar: { unsupported: UNSUPPORTED_OPTIONS },
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
