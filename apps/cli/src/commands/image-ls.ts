import { ImageStore } from "@dockher/rootfs";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { describeImage, IMAGE_HEADINGS } from "../output/image-row.js";
import { FORMAT_OPTION, NO_TRUNC_OPTION, printList, QUIET_OPTION } from "../output/list.js";
import { describeFilter } from "../values/filter.js";
import { filterImages, IMAGE_FILTERS } from "../values/image-filter.js";

const OPTIONS = {
  digests: { kind: "flag", summary: "Show digests" },
  filter: describeFilter(IMAGE_FILTERS),
  ...FORMAT_OPTION,
  ...NO_TRUNC_OPTION,
  ...QUIET_OPTION,
} as const satisfies OptionTable;

export const imageLs: Command = defineCommand({
  usage: "image ls [OPTIONS] [IMAGE]",
  summary: `List the images of this machine, newest first.
IMAGE is a name, with or without a tag, or a pattern of names.`,
  options: OPTIONS,
  grammar: { interspersed: true },
  examples: [
    { summary: "Names and sizes", line: "dockher image ls --format '{{.Repository}} {{.Size}}'" },
    { summary: "Columns", line: "dockher image ls --format 'table {{.ID}}\\t{{.Tag}}'" },
    { summary: "By a pattern", line: "dockher image ls --filter 'reference=deb*:*'" },
  ],
  execute: async ({ options, operands }, { root, print, notice }) => {
    const [reference, ...more] = operands;
    if (more.length > 0) {
      throw new UsageError(`failed to list images: "${more[0]}" is one word too many`, {
        code: "TOO_MANY_ARGUMENTS",
        hint: "for several names: --filter reference=NAME, each time",
      });
    }
    const images = await ImageStore.open({ root }).list();
    const named = reference === undefined ? [] : [`reference=${reference}`];
    const shown = filterImages(images, [...options.filter, ...named]);
    const whole = options["no-trunc"] === true;
    printList({
      rows: shown.flatMap((image) => describeImage(image, { whole, now: new Date() })),
      headings: IMAGE_HEADINGS,
      columns: [
        "Repository",
        "Tag",
        ...(options.digests === true ? (["Digest"] as const) : []),
        "ID",
        "CreatedSince",
        "Size",
      ],
      key: "ID",
      quiet: options.quiet,
      format: options.format,
      print,
      notice,
    });
    return 0;
  },
});
