import { RuntimeError } from "../error.js";
import { renameClaim } from "../state/claim.js";
import { checkContainerName } from "../state/container-id.js";
import { writeConfig } from "./container-config.js";
import { type ContainerTarget, findContainer } from "./find-container.js";
import { lockContainer } from "./lock-container.js";

export interface RenameOptions extends ContainerTarget {
  /** The new name. */
  name: string;
}

/** @throws RuntimeError `INVALID_NAME`, `NAME_IN_USE` */
export async function renameContainer(options: RenameOptions): Promise<void> {
  const { name } = options;
  checkContainerName(name);
  const found = findContainer(options);
  using _ = await lockContainer(found);
  const { record, directory, config } = found;
  if (config.name === name) {
    throw new RuntimeError(`failed to rename container ${name}: that is its name`, {
      code: "NAME_IN_USE",
    });
  }
  renameClaim(record, name);
  writeConfig(directory, { ...config, name });
}
