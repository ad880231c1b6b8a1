import { dirname } from "node:path";
import { MountFlag, type Step } from "@dockher/ns";
import type { Overlay } from "@dockher/rootfs";
import { mapId } from "../user-namespace/map-id.js";
import type { IdMappings, UserNamespace } from "../user-namespace/user-namespace.js";
import { parseMountOptions } from "./mount-options.js";

/** Where the container's `/` comes from. */
export type RootPlan = { type: "directory"; path: string } | { type: "overlay"; overlay: Overlay };

export interface CompileRootOptions {
  root: RootPlan;
  userNamespace: UserNamespace;
  /** Free for the time being. */
  slot: number;
}

/** Where on the host the container's root is mounted. */
export function locateRoot(root: RootPlan): string {
  return root.type === "directory" ? root.path : root.overlay.target;
}

/** Mounts what becomes `/`; pivot_root(2) wants a mount point. */
export function compileRoot({ root, userNamespace, slot }: CompileRootOptions): Step[] {
  if (userNamespace.type === "mapped") return compileMappedRoot(root, userNamespace, slot);
  if (root.type === "overlay") return compileOverlay(root.overlay);
  const flags = MountFlag.MS_BIND | MountFlag.MS_REC;
  return [{ op: "mount", source: root.path, target: root.path, flags }];
}

/**
 * The same with all files mapped to the ids of the container, where they lie. The upper directory is mapped like the layers,
 * so that on disk are the ids that the container sees, whichever range it has. Overlayfs works for its mounter, whose files
 * must have an id there: that of the container's root.
 */
function compileMappedRoot(root: RootPlan, mappings: IdMappings, slot: number): Step[] {
  const [uid = 0, gid = 0] = [mapId(mappings.uidMappings, 0), mapId(mappings.gidMappings, 0)];
  const owner: Step = { op: "file-owner", uid, gid };
  if (root.type === "directory") return [...mapDirectory(root.path, slot), owner];
  const { lowerdir, upperdir } = root.overlay;
  const directories = isOnDisk(root.overlay) ? [...lowerdir, dirname(upperdir)] : lowerdir;
  return [
    ...directories.flatMap((directory) => mapDirectory(directory, slot)),
    owner,
    ...compileOverlay(root.overlay),
  ];
}

/** Lays a directory over itself, with its ids mapped. The slot is empty again afterwards. */
function mapDirectory(path: string, slot: number): Step[] {
  return [
    { op: "open-tree", slot, source: path, recursive: true },
    { op: "set-mount-attributes", slot, set: 0, clear: 0, recursive: true, idmap: true },
    { op: "move-mount", slot, target: path },
  ];
}

/** An upper directory in memory is made in the container's own mount namespace, by the right owner from the start. */
function isOnDisk({ steps }: Overlay): boolean {
  return !steps.some((step) => step.type === "mount" && step.mount.type === "tmpfs");
}

function compileOverlay(overlay: Overlay): Step[] {
  return overlay.steps.map((step): Step => {
    if (step.type === "directory") return { op: "mkdir", path: step.path, mode: step.mode };
    const { destination, type = "", source = type, options = [] } = step.mount;
    const { flags, data } = parseMountOptions(options);
    return { op: "mount", source, target: destination, fstype: type, flags, data };
  });
}
