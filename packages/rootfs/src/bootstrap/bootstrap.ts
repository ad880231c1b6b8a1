import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ImageSpec } from "@dockher/spec";
import { digest } from "../digest.js";
import { describeCause, hasErrno, RootfsError } from "../error.js";
import { type ImageDetails, ImageStore } from "../image-store.js";
import { acquireLock } from "../lock.js";
import { loadRecipe, parseRecipe, type Recipe } from "../recipe.js";
import { formatReference, type ImageReference, parseReference } from "../reference.js";
import { stripAlgorithm } from "../store-layout.js";
import { collectStages } from "../trash.js";
import { findIdMap } from "../user-namespace/id-map.js";
import { resolveArchitecture } from "./architecture.js";
import { type ArchiveSummary, packTree } from "./archive.js";
import type { Builder, ReportPhase } from "./builder.js";
import { prepareBusybox } from "./busybox.js";
import { commitImage } from "./commit-image.js";
import { prepareDebian } from "./debian.js";
import { type BootstrapChoices, planDebootstrap, refuseChoices } from "./plan.js";
import { ProgressTracker, type ReportProgress } from "./progress.js";
import { openStage, type Stage } from "./stage.js";
import { TreeCache } from "./tree-cache.js";

export interface BootstrapOptions extends BootstrapChoices {
  /** The name to give the image, `name[:tag]`; names a built-in recipe unless `recipe` is given. */
  image: string;
  /** A recipe of one's own, checked like the built-in ones. */
  recipe?: Recipe | undefined;
  /** Where the image goes; the default directories' store otherwise. */
  store?: ImageStore | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ReportProgress | undefined;
}

/** The label that holds what an image was made from, so that the same is not made twice. */
const KEY_LABEL = "dockher.bootstrap.key";

/** Part of every key: a change in what we do to a fresh tree must not meet older ones. */
const FORMAT = "1";

/**
 * Makes an image from its recipe and names it. Where the image of that name was made from the very
 * same recipe, options, archive state and tools, nothing is done; where such a tree was made before,
 * it is unpacked from the cache. Until all is done there is no image and no name.
 * @throws RootfsError see the package's README for the codes; the signal's reason when aborted
 */
export async function bootstrap(options: BootstrapOptions): Promise<ImageDetails> {
  const { image, recipe: ownRecipe, store: ownStore, signal, onProgress, ...choices } = options;
  signal?.throwIfAborted();
  const reference = parseReference(image);
  const recipe = ownRecipe ? parseRecipe(ownRecipe) : await loadRecipe(reference.name);
  if (recipe.builder === "busybox") refuseChoices(recipe, choices);
  const plan =
    recipe.builder === "debootstrap"
      ? await planDebootstrap(recipe, reference, choices)
      : undefined;
  const architecture = plan?.architecture ?? resolveArchitecture(choices.arch);
  if (plan !== undefined) requireIds(image);
  const store = ownStore ?? ImageStore.open();
  const { root, cache } = store.directories;

  try {
    await makeDirectories(store);
    onProgress?.({ phase: "prepare", percent: 0, etaMs: undefined, message: "Preparing" });
    await using _lock = await acquireLock({
      directory: join(store.layout.locks, `${reference.name}:${reference.tag}`),
      signal,
      onWait: ({ pid }) =>
        onProgress?.({
          phase: "wait",
          percent: 0,
          etaMs: undefined,
          message: `Waiting for process ${pid}, which makes the same image`,
        }),
    });
    await collectStages(store.layout);
    await using stage = await openStage(store.layout);
    const builder =
      plan === undefined
        ? await prepareBusybox(recipe as Extract<Recipe, { builder: "busybox" }>, { cache, signal })
        : await prepareDebian(plan, { cache, scratch: stage.path, signal });
    const key = hashKey(recipe, builder.key);
    const existing = await findUnchanged(store, reference, key);
    if (existing) return existing;

    const report = startReport(builder, onProgress);
    const made = await makeTree({ recipe, builder, stage, cache, key, report, signal });
    report("commit", 0, "Writing to disk");
    const created = new Date().toISOString();
    const config: Omit<ImageSpec, "rootfs"> = {
      created,
      architecture: architecture.oci,
      os: "linux",
      config: { ...recipe.config, Labels: { ...recipe.config.Labels, [KEY_LABEL]: made.key } },
      history: [{ created, created_by: `dockher image bootstrap: ${builder.description}` }],
    };
    const { summary } = made;
    const done = await commitImage({ store, stage, summary, config, reference, signal });
    report("commit", 1, `Made ${formatReference(reference)}`);
    return done;
  } catch (error) {
    signal?.throwIfAborted();
    if (!hasErrno(error, "ENOSPC", "EDQUOT")) throw error;
    throw new RootfsError(`failed to bootstrap ${image}: no space left on device`, {
      code: "NO_SPACE",
      hint: `free some space below ${root} and ${cache}`,
      cause: error,
    });
  }
}

/** Images hold setuid programs that no user of the host may reach, and password files. */
async function makeDirectories(store: ImageStore): Promise<void> {
  for (const path of [store.layout.images, store.directories.cache]) {
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
    } catch (cause) {
      if (!hasErrno(cause, "ENOTDIR", "EEXIST", "EACCES", "EROFS", "EPERM")) throw cause;
      throw new RootfsError(`failed to make directory ${path}: ${describeCause(cause)}`, {
        code: "DIRECTORY_UNUSABLE",
        hint: "choose another data directory with --root",
        cause,
      });
    }
  }
}

interface MakeTreeOptions {
  recipe: Recipe;
  builder: Builder;
  stage: Stage;
  cache: string;
  key: string;
  report: ReportPhase;
  signal: AbortSignal | undefined;
}

/** Fills the stage, from the cache where it can. */
async function makeTree(
  options: MakeTreeOptions,
): Promise<{ summary: ArchiveSummary; key: string }> {
  const { recipe, builder, stage, cache, key, report, signal } = options;
  const trees = new TreeCache(cache);
  // The last part of the key is the state of the archive; what comes before does not age.
  const slot = hashKey(recipe, builder.key.slice(0, -1));
  if (builder.keepArchive) {
    report("prepare", 1, "Looking for a finished root filesystem");
    const summary = await trees.restore(slot, key, stage.tree, signal);
    if (summary) return { summary, key };
  }
  const context = { tree: stage.tree, scratch: stage.path, report, signal };
  const result = await builder.build(context);
  const usedKey = result.key ? hashKey(recipe, result.key) : key;
  report("pack", 0, "Packing the root filesystem");
  const summary = builder.keepArchive
    ? await trees.keep(slot, usedKey, stage.tree, signal)
    : await packTree(stage.tree, undefined, signal);
  return { summary, key: usedKey };
}

async function findUnchanged(
  store: ImageStore,
  reference: ImageReference,
  key: string,
): Promise<ImageDetails | undefined> {
  const name = formatReference(reference);
  const found = await store.find(name);
  if (found?.config.config.Labels?.[KEY_LABEL] !== key) return undefined;
  return store.inspect(name);
}

function hashKey(recipe: Recipe, parts: readonly string[]): string {
  return stripAlgorithm(digest(JSON.stringify([FORMAT, recipe, ...parts])));
}

function startReport(builder: Builder, onProgress: ReportProgress | undefined): ReportPhase {
  const tracker = new ProgressTracker(builder.weights, () => performance.now());
  return (phase, fraction, message) => {
    onProgress?.({ phase, message, ...tracker.advance(phase, fraction) });
  };
}

/** A Debian image has files of many owners, and dpkg gives them away. */
function requireIds(image: string): void {
  if (process.geteuid?.() === 0) return;
  const idMap = findIdMap();
  if (idMap.type === "full") return;
  throw new RootfsError(
    `failed to bootstrap ${image}: its files have many owners, and ${idMap.reason}`,
    { code: "SUBORDINATE_IDS_MISSING", hint: idMap.fix },
  );
}
