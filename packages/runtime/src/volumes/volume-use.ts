import { RuntimeError } from "../error.js";
import { type ContainerRecord, readRecord, writeRecord } from "../state/claim.js";

/** The names of the volumes that a container uses. */
export interface VolumeUse {
  named: string[];
  /** Made for this container, and removed with it. */
  anonymous: string[];
}

/** symlink(2): the target of a link, which a record is, is shorter than PATH_MAX. */
const LONGEST_RECORD = 4095;

/**
 * Writes down which volumes a container uses, before it does.
 * @throws RuntimeError `INVALID_MOUNT` where their names do not fit
 */
export function writeVolumeUse(record: ContainerRecord, use: VolumeUse): void {
  const text = JSON.stringify(use);
  if (text.length > LONGEST_RECORD) {
    throw new RuntimeError(
      `failed to mount ${use.named.length + use.anonymous.length} volumes: their names are too long together`,
      {
        code: "INVALID_MOUNT",
        hint: "some 50 volumes without a name fit, and more with short names",
      },
    );
  }
  writeRecord(record, "volumes", text);
}

export function readVolumeUse(record: ContainerRecord): VolumeUse {
  const text = readRecord(record, "volumes");
  return text === undefined ? { named: [], anonymous: [] } : JSON.parse(text);
}
