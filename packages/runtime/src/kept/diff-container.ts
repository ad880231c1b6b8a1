import { existsSync } from "node:fs";
import { join } from "node:path";
import { resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import { compareTrees, type FileChange } from "../files/compare-trees.js";
import { explainFileError } from "../files/explain-file-error.js";
import { HeldDirectory } from "../files/held-directory.js";
import { resolveSource } from "../source/resolve-source.js";
import { NETWORK_FILES } from "../source/write-network-files.js";
import { type ContainerTarget, findContainer, type KeptContainer } from "./find-container.js";
import { openFiles } from "./open-files.js";

/** Made where an image lacks them, for what every container has mounted there; Docker counts them to the image. */
const MOUNT_POINTS: ReadonlySet<string> = new Set([
  "/dev",
  "/etc",
  "/proc",
  "/sys",
  ...NETWORK_FILES,
]);

/**
 * How the files of a container differ from its image's, sorted by path. A directory is changed where its mode or owner is, or
 * something in it.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `DIFF_UNAVAILABLE` where there is no image, or the changes are in memory,
 * `PERMISSION_DENIED` without root, where it has directories that are closed to all but another user of its own
 */
export async function diffContainer(target: ContainerTarget): Promise<FileChange[]> {
  const { config, directory } = findContainer(target);
  const layers = await listLayers(config, target);
  const written = join(directory, "upper");
  // It was never started, nor written to.
  if (!existsSync(written)) return [];
  await using files = await openFiles({ ...target, access: "read" });
  const held: HeldDirectory[] = [];
  try {
    for (const path of layers) held.push(HeldDirectory.open(path));
    using upper = HeldDirectory.open(written);
    using merged = HeldDirectory.open(files.root);
    return compareTrees({ upper, merged, layers: held, expected: MOUNT_POINTS });
  } catch (error) {
    throw explainFileError(error, `the files of container ${config.name}`);
  } finally {
    for (const layer of held) layer[Symbol.dispose]();
  }
}

async function listLayers(
  { name, options }: KeptContainer["config"],
  { directories = {} }: ContainerTarget,
): Promise<string[]> {
  const source = await resolveSource({ ...options, directories: resolveDirectories(directories) });
  if (source.type === "image" && source.upper !== "memory") return source.image.layers.toReversed();
  const reason = source.type === "image" ? "its changes are in memory" : "it has no image";
  throw new RuntimeError(`failed to compare container ${name}: ${reason}`, {
    code: "DIFF_UNAVAILABLE",
  });
}
