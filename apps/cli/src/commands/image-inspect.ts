import { ImageStore } from "@dockher/rootfs";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { describeImage } from "../output/describe-image.js";
import { INSPECT_FORMAT_OPTION, printInspected } from "../output/inspect.js";
import { renderError } from "../output/render-error.js";

export const imageInspect: Command = defineCommand({
  usage: "image inspect [OPTIONS] IMAGE…",
  summary: "Show what an image is and what a container gets from it, as JSON.",
  options: INSPECT_FORMAT_OPTION,
  grammar: { interspersed: true },
  examples: [
    { summary: "One fact", line: "dockher image inspect -f '{{.Id}}' debian" },
    { summary: "A part of it", line: "dockher image inspect -f '{{json .Config}}' debian" },
    {
      summary: "A list, line by line",
      line: "dockher image inspect -f '{{range .Config.Env}}{{println .}}{{end}}' debian",
    },
  ],
  execute: async ({ options, operands }, { root, env, print }) => {
    if (operands.length === 0) {
      throw new UsageError("failed to inspect an image: none is named", {
        code: "MISSING_ARGUMENT",
        hint: "dockher image inspect debian",
      });
    }
    const store = ImageStore.open({ root });
    const found: object[] = [];
    const errors: unknown[] = [];
    for (const name of operands) {
      await store.inspect(name).then(
        (image) => found.push(describeImage(image)),
        (error) => errors.push(error),
      );
    }
    // As Docker: what was found, and an empty list where nothing was, stands before the errors.
    printInspected(found, { format: options.format, print });
    for (const error of errors) {
      process.stderr.write(renderError(error, { debug: env["DOCKHER_DEBUG"] === "1" }));
    }
    return errors.length === 0 ? 0 : 1;
  },
});
