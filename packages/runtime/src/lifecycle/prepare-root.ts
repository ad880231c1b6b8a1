import { hostname } from "node:os";
import { type Image, ImageStore, type OverlayUpper, prepareOverlay } from "@dockher/rootfs";
import type { Spec } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";
import type { RootPlan } from "../plan/compile-root.js";
import type { ResolvedSource } from "../source/resolve-source.js";
import { checkNetworkFiles, writeNetworkFiles } from "../source/write-network-files.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import type { Joined } from "./join-containers.js";

export interface PrepareRootOptions {
  source: ResolvedSource;
  /** The container's own; it exists. */
  directory: string;
  upper: OverlayUpper;
  spec: Spec;
  options: ContainerOptions;
  userNamespace: UserNamespace;
  joined?: Joined | undefined;
}

/**
 * Makes what the container's `/` is mounted from, and adds the files of `/etc` that are its own to its mounts.
 * @throws RuntimeError `IMAGE_NOT_FOUND`; RootfsError
 */
export async function prepareRoot(given: PrepareRootOptions): Promise<RootPlan> {
  const { source, directory, upper, spec, options, userNamespace } = given;
  checkNetworkFiles(options);
  if (source.type === "rootfs") {
    if (options.extraHosts !== undefined || options.dns !== undefined) throw refuseFiles();
    return { type: "directory", path: source.path };
  }
  await checkStillThere(source.image, options);
  const overlay = await prepareOverlay({
    layers: source.image.layers,
    directory,
    upper,
    userAttributes: userNamespace.type === "rootless",
  });
  const files = writeNetworkFiles({
    directory,
    hostname: spec.hostname ?? hostname(),
    options,
    userNamespace: userNamespace.type,
    sharedWith: given.joined?.network?.directory,
  });
  const taken = new Set(spec.mounts?.map((mount) => mount.destination));
  spec.mounts?.push(...files.filter((file) => !taken.has(file.destination)));
  return { type: "overlay", overlay };
}

/** A directory is used as it is: its `/etc` is its own. */
function refuseFiles(): RuntimeError {
  return new RuntimeError("failed to set up name resolution: a root filesystem has its own /etc", {
    code: "INVALID_DNS",
    hint: "change the files in it, or use an image",
  });
}

/** Who removes an image looks for its users first: from our record on it is safe, so it must still be there now. */
async function checkStillThere(image: Image, { directories }: ContainerOptions): Promise<void> {
  if ((await ImageStore.open(directories).find(image.id)) !== undefined) return;
  throw new RuntimeError("failed to create the container: its image has just been removed", {
    code: "IMAGE_NOT_FOUND",
  });
}
