import type { ImageDetails } from "@dockher/rootfs";
import { shortenId } from "./container-words.js";
import { formatAge, formatDate } from "./time.js";
import { formatSize } from "./units.js";

export const IMAGE_HEADINGS = {
  CreatedAt: "CREATED AT",
  CreatedSince: "CREATED",
  Digest: "DIGEST",
  ID: "IMAGE ID",
  Repository: "REPOSITORY",
  Size: "SIZE",
  Tag: "TAG",
} as const;

export type ImageRow = Readonly<Record<keyof typeof IMAGE_HEADINGS, unknown>>;

/** One row for each name, with Docker's names of the fields. */
export function describeImage(
  image: ImageDetails,
  { whole, now }: { whole: boolean; now: Date },
): ImageRow[] {
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
