import { bootstrap, ImageStore } from "@dockher/rootfs";
import type { ImageProgress } from "@dockher/runtime";
import { readBootstrapChoices } from "../values/bootstrap-choices.js";
import type { RunCommandLine } from "./command-line.js";

export interface PrepareImageOptions {
  image: string;
  root: string | undefined;
  signal: AbortSignal;
  onProgress: (progress: ImageProgress) => void;
}

/**
 * Makes a missing image where the command line says more of it than its name, such as `--include`. The runtime makes all others.
 * An image that is there is left as it is.
 * @throws UsageError, RootfsError.
 */
export async function prepareImage(
  { values }: RunCommandLine,
  { image, root, signal, onProgress }: PrepareImageOptions,
): Promise<void> {
  const choices = readBootstrapChoices(values);
  if (Object.keys(choices).length === 0 || values.rootfs !== undefined) return;
  if (values.pull === "never") return;
  const store = ImageStore.open({ root });
  if ((await store.find(image)) !== undefined) return;
  await bootstrap({ ...choices, image, store, signal, onProgress });
}
