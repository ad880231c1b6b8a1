import { normalize } from "node:path";
import type { ImageConfig } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { MountOption } from "../options.js";
import { generateContainerId } from "../state/container-id.js";
import { checkVolumeName } from "./check-volume-name.js";
import { locateVolumeData, type VolumeLayout } from "./volume-layout.js";

/** A volume that a container mounts, with its name. */
export interface VolumeMount {
  type: "volume";
  name: string;
  /** Made for this container, and removed with it. */
  anonymous: boolean;
  /** The volume's directory on the host. */
  directory: string;
  target: string;
  readonly: boolean;
  /** Whether an empty volume gets what the image has at the target. */
  copy: boolean;
  /** Below the directory. */
  subpath: string | undefined;
}

export type NamedMount = Exclude<MountOption, { type: "volume" }> | VolumeMount;

export interface NameVolumesOptions {
  mounts: readonly MountOption[];
  /** The image's own, each a volume where the caller mounts nothing there. */
  declared?: ImageConfig["Volumes"] | undefined;
  layout: VolumeLayout;
}

/**
 * Gives each volume that has no name one of its own. Makes nothing.
 * @throws RuntimeError `INVALID_VOLUME_NAME`, `INVALID_MOUNT`
 */
export function nameVolumes({ mounts, declared, layout }: NameVolumesOptions): NamedMount[] {
  const taken = new Set(mounts.map(({ target }) => normalizeTarget(target)));
  const missing = Object.keys(declared ?? {})
    .filter((target) => !taken.has(normalizeTarget(target)))
    .map((target): MountOption => ({ type: "volume", target }));
  return [...mounts, ...missing].map((mount) => {
    return mount.type === "volume" ? nameVolume(mount, layout) : mount;
  });
}

/** As mounts are compared: without a final slash and what else says nothing. */
export function normalizeTarget(target: string): string {
  return normalize(target).replace(/(.)\/$/, "$1");
}

function nameVolume(mount: MountOption & { type: "volume" }, layout: VolumeLayout): VolumeMount {
  const { source, target, readonly = false, copy = true, subpath } = mount;
  if (source !== undefined) checkVolumeName(source);
  if (subpath !== undefined) checkSubpath(subpath, target);
  const name = source ?? generateContainerId();
  const directory = locateVolumeData(layout, name);
  return {
    type: "volume",
    name,
    anonymous: source === undefined,
    directory,
    target,
    readonly,
    copy,
    subpath,
  };
}

/** What it leads to is looked up inside the volume; this only refuses what can't be meant. */
function checkSubpath(subpath: string, target: string): void {
  const inside = subpath !== "" && !subpath.startsWith("/") && !subpath.split("/").includes("..");
  if (inside && !subpath.includes("\0")) return;
  throw new RuntimeError(
    `failed to mount on "${target}": the subpath "${subpath}" is not a path relative to the volume and inside it`,
    { code: "INVALID_MOUNT", hint: "write it without a slash at the beginning and without .." },
  );
}
