import type { BootstrapOptions } from "./bootstrap/bootstrap.js";
import type { ImageDetails } from "./image-store.js";

export type { BootstrapOptions } from "./bootstrap/bootstrap.js";
export type { Backend, BootstrapChoices } from "./bootstrap/plan.js";
export type { BootstrapPhase, BootstrapProgress, ReportProgress } from "./bootstrap/progress.js";
export {
  type ResolveDirectoriesOptions,
  resolveDirectories,
  type StoreDirectories,
} from "./directories.js";
export { RootfsError } from "./error.js";
export {
  type Image,
  type ImageDetails,
  ImageStore,
  type RemovedImage,
  type RemoveImageOptions,
} from "./image-store.js";
export { detectHostDistribution } from "./os-release.js";
export {
  type MakeDirectoryStep,
  type MountStep,
  type Overlay,
  type OverlayUpper,
  type PrepareOverlayOptions,
  prepareOverlay,
} from "./overlay.js";
export {
  formatIdentity,
  identifySelf,
  isAlive,
  type ProcessIdentity,
  parseIdentity,
  readPidNamespace,
} from "./process-identity.js";
export {
  type BootstrapVariant,
  type BusyboxRecipe,
  type DebootstrapRecipe,
  listRecipes,
  loadRecipe,
  parseRecipe,
  type Recipe,
} from "./recipe.js";
export { formatReference, type ImageReference, parseReference } from "./reference.js";
export { removeTree } from "./remove-tree.js";
export {
  type FindIdMapOptions,
  FULL_RANGE,
  findIdMap,
  type IdMap,
} from "./user-namespace/id-map.js";
export { findRanges, type IdRange, type RangeOwner } from "./user-namespace/subordinate-ids.js";

/**
 * Makes an image from its recipe and names it, see {@link BootstrapOptions}.
 * Loaded when it is first called: starting a container needs none of it.
 * @throws RootfsError; the signal's reason when aborted
 */
export async function bootstrap(options: BootstrapOptions): Promise<ImageDetails> {
  const { bootstrap: run } = await import("./bootstrap/bootstrap.js");
  return run(options);
}

/** What refuses the calling user the subordinate ids that it was given, found by trying; undefined where nothing does. */
export async function tryIdMap(): Promise<string | undefined> {
  const { tryIdMap: run } = await import("./user-namespace/try-id-map.js");
  return run();
}
