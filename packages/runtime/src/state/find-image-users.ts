import { resolveDirectories } from "@dockher/rootfs";
import type { Directories } from "../options.js";
import { isOwned, listContainers, locateState, readRecord } from "./claim.js";

export interface FindImageUsersOptions {
  /** `sha256:…`. */
  imageId: string;
  directories?: Partial<Directories>;
}

/** The ids of the running containers whose root filesystem is this image. */
export async function findImageUsers(options: FindImageUsersOptions): Promise<string[]> {
  const state = locateState(resolveDirectories(options.directories ?? {}).root);
  const users: string[] = [];
  for (const record of await listContainers(state)) {
    const image = await readRecord(record, "image");
    if (image === options.imageId && (await isOwned(record))) users.push(record.id);
  }
  return users;
}
