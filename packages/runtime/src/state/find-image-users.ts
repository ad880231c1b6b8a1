import { resolveDirectories } from "@dockher/rootfs";
import type { Directories } from "../options.js";
import { isHeld, listContainers, locateState, readRecord } from "./claim.js";

export interface FindImageUsersOptions {
  /** `sha256:…`. */
  imageId: string;
  directories?: Partial<Directories>;
}

/** The ids of the containers, running or kept, whose root filesystem is this image. */
export function findImageUsers(options: FindImageUsersOptions): string[] {
  const state = locateState(resolveDirectories(options.directories ?? {}).root);
  const users: string[] = [];
  for (const record of listContainers(state)) {
    const image = readRecord(record, "image");
    if (image === options.imageId && isHeld(record)) users.push(record.id);
  }
  return users;
}
