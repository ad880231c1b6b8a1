import type { ImageDetails } from "@dockher/rootfs";
import { type Filters, matchLabels, parseFilters, readFlagFilter, refuseFilter } from "./filter.js";
import { compileGlob } from "./glob.js";

export const IMAGE_FILTERS = ["before", "dangling", "label", "reference", "since"] as const;

type ImageFilters = Filters<(typeof IMAGE_FILTERS)[number]>;

/**
 * Those of the images, and of their names, that `--filter` asks for.
 * @throws UsageError `INVALID_FILTER`
 */
export function filterImages(
  images: readonly ImageDetails[],
  written: readonly string[],
): ImageDetails[] {
  const filters = parseFilters(written, IMAGE_FILTERS);
  const dangling = readFlagFilter(filters, "dangling");
  const patterns = compilePatterns(filters);
  const [before, since] = [findDate(images, filters, "before"), findDate(images, filters, "since")];
  return images
    .filter(({ references }) => dangling === undefined || dangling === (references.length === 0))
    .filter(({ config }) => matchLabels(config.config.Labels ?? {}, filters.get("label")))
    .filter(({ created }) => before === undefined || created.getTime() < before)
    .filter(({ created }) => since === undefined || created.getTime() > since)
    .map((image) => ({ ...image, references: selectNames(image.references, patterns) }))
    .filter(({ references }) => patterns.length === 0 || references.length > 0);
}

/** A pattern stands for a whole name with its tag, or for the name alone. */
function selectNames(references: readonly string[], patterns: readonly RegExp[]): string[] {
  return references.filter((reference) => {
    const [name = ""] = reference.split(":");
    return (
      patterns.length === 0 ||
      patterns.some((pattern) => pattern.test(reference) || pattern.test(name))
    );
  });
}

function compilePatterns(filters: ImageFilters): RegExp[] {
  return (filters.get("reference") ?? []).map((glob) => {
    const pattern = compileGlob(glob);
    if (pattern === undefined) throw refuseFilter(`reference=${glob}`, "syntax error in pattern");
    return pattern;
  });
}

/** When the named image was made, in milliseconds. */
function findDate(
  images: readonly ImageDetails[],
  filters: ImageFilters,
  key: "before" | "since",
): number | undefined {
  const [name, ...more] = filters.get(key) ?? [];
  if (name === undefined) return undefined;
  if (more.length > 0) throw refuseFilter(`${key}=${more[0]}`, "there is another one");
  const tagged = name.includes(":") ? name : `${name}:latest`;
  const digits = name.replace(/^sha256:/, "");
  const found = images.find(({ id, references }) => {
    return references.includes(tagged) || (digits !== "" && id.startsWith(`sha256:${digits}`));
  });
  if (found === undefined) throw refuseFilter(`${key}=${name}`, `no such image: ${name}`);
  return found.created.getTime();
}
