import { type ImageDetails, ImageStore } from "@dockher/rootfs";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { FORMAT_OPTION, printColumns, printFormatted } from "../output/format.js";
import { formatAge, formatSize } from "../output/units.js";

const OPTIONS = {
  format: FORMAT_OPTION.format,
  quiet: { kind: "flag", short: "q", summary: "Print ids only" },
  "no-trunc": { kind: "flag", summary: "Print whole ids" },
} as const satisfies OptionTable;

const SHORT_ID = 12;

export const imageLs: Command = defineCommand({
  usage: "image ls [OPTIONS]",
  summary: "List the images of this machine, newest first.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, { root, print }) => {
    if (operands.length > 0) {
      throw new UsageError(`failed to list images: "${operands[0]}" is one word too many`, {
        code: "TOO_MANY_ARGUMENTS",
        hint: "dockher image inspect NAME shows one image",
      });
    }
    const images = await ImageStore.open({ root }).list();
    const whole = options["no-trunc"] === true;
    const rows = images.flatMap((image) => describe(image, { whole, now: new Date() }));
    if (options.quiet === true) {
      for (const id of new Set(rows.map((row) => row.ID))) print(id);
    } else if (options.format !== undefined) {
      printFormatted(rows, options.format, print);
    } else {
      const cells = rows.map((row) => [
        row.Repository,
        row.Tag,
        row.ID,
        row.CreatedSince,
        row.Size,
      ]);
      printColumns([["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"], ...cells], print);
    }
    return 0;
  },
});

/** One row for each name, with Docker's names of the fields. */
function describe(image: ImageDetails, { whole, now }: { whole: boolean; now: Date }) {
  const id = whole ? image.id : image.id.replace(/^sha256:/, "").slice(0, SHORT_ID);
  const references = image.references.length > 0 ? image.references : ["<none>:<none>"];
  return references.map((reference) => {
    const [repository = "", tag = ""] = reference.split(":");
    return {
      Repository: repository,
      Tag: tag,
      ID: id,
      CreatedAt: image.created.toISOString(),
      CreatedSince: formatAge(image.created, now),
      Size: formatSize(image.size),
    };
  });
}
