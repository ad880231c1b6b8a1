import { type ImageDetails, ImageStore } from "@dockher/rootfs";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { shortenId } from "../output/container-words.js";
import { FORMAT_OPTION, NO_TRUNC_OPTION, printList, QUIET_OPTION } from "../output/list.js";
import { formatAge, formatDate } from "../output/time.js";
import { formatSize } from "../output/units.js";
import { describeFilter } from "../values/filter.js";
import { filterImages, IMAGE_FILTERS } from "../values/image-filter.js";

const OPTIONS = {
  digests: { kind: "flag", summary: "Show digests" },
  filter: describeFilter(IMAGE_FILTERS),
  ...FORMAT_OPTION,
  ...NO_TRUNC_OPTION,
  ...QUIET_OPTION,
} as const satisfies OptionTable;

const HEADINGS = {
  CreatedAt: "CREATED AT",
  CreatedSince: "CREATED",
  Digest: "DIGEST",
  ID: "IMAGE ID",
  Repository: "REPOSITORY",
  Size: "SIZE",
  Tag: "TAG",
} as const;

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
      rows: shown.flatMap((image) => describe(image, { whole, now: new Date() })),
      headings: HEADINGS,
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

/** One row for each name, with Docker's names of the fields. */
function describe(image: ImageDetails, { whole, now }: { whole: boolean; now: Date }) {
  const references = image.references.length > 0 ? image.references : ["<none>:<none>"];
  return references.map((reference) => {
    const [repository = "", tag = ""] = reference.split(":");
    return {
      CreatedAt: formatDate(image.created),
      CreatedSince: formatAge(image.created, now),
      // A registry's; what was made here has none.
      Digest: "<none>",
      ID: whole ? image.id : shortenId(image.id),
      Repository: repository,
      Size: formatSize(image.size, { digits: 3 }),
      Tag: tag,
    };
  });
}
