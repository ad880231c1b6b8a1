import { type ImageDetails, ImageStore } from "@dockher/rootfs";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { FORMAT_OPTION, printFormatted } from "../output/format.js";

export const imageInspect: Command = defineCommand({
  usage: "image inspect [OPTIONS] IMAGE…",
  summary: "Show what an image is and what a container gets from it, as JSON.",
  options: FORMAT_OPTION,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, { root, print }) => {
    if (operands.length === 0) {
      throw new UsageError("failed to inspect an image: none is named", {
        code: "MISSING_ARGUMENT",
        hint: "dockher image inspect debian",
      });
    }
    const store = ImageStore.open({ root });
    const rows: Record<string, unknown>[] = [];
    try {
      for (const name of operands) rows.push(describe(await store.inspect(name)));
    } finally {
      // As Docker: what was found, and an empty list where nothing was, stands before the error.
      if (options.format === undefined) print(JSON.stringify(rows, undefined, 2));
      else printFormatted(rows, options.format, print);
    }
    return 0;
  },
});

function describe({ id, references, created, size, layers, config }: ImageDetails) {
  return {
    Id: id,
    RepoTags: references,
    Created: created.toISOString(),
    Size: size,
    Architecture: config.architecture,
    Os: config.os,
    Config: config.config,
    RootFS: { Type: config.rootfs.type, Layers: config.rootfs.diff_ids },
    History: config.history ?? [],
    Directories: layers,
  };
}
