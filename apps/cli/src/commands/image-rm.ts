import { ImageStore, RootfsError } from "@dockher/rootfs";
import { findImageUsers } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { renderError } from "../output/render-error.js";

const OPTIONS = {
  force: { kind: "flag", short: "f", summary: "A missing image is no failure" },
} as const satisfies OptionTable;

export const imageRm: Command = defineCommand({
  usage: "image rm [OPTIONS] IMAGE…",
  summary: "Remove names of images, and with its last name the image.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, { root, env, print }) => {
    if (operands.length === 0) {
      throw new UsageError("failed to remove an image: none is named", {
        code: "MISSING_ARGUMENT",
        hint: "dockher image rm debian",
      });
    }
    const store = ImageStore.open({ root });
    const { directories } = store;
    const findUsers = ({ id }: { id: string }) => findImageUsers({ imageId: id, directories });
    let exitCode = 0;
    for (const name of operands) {
      try {
        const { untagged, deleted } = await store.remove(name, { findUsers });
        for (const reference of untagged) print(`Untagged: ${reference}`);
        if (deleted !== undefined) print(`Deleted: ${deleted}`);
      } catch (error) {
        const missing = error instanceof RootfsError && error.code === "IMAGE_NOT_FOUND";
        if (!missing || options.force !== true) exitCode = 1;
        process.stderr.write(renderError(error, { debug: env["DOCKHER_DEBUG"] === "1" }));
      }
    }
    return exitCode;
  },
});
