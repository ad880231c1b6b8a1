import { resolve } from "node:path";
import type { MountOption } from "@dockher/runtime";
import { UsageError } from "../error.js";

export interface VolumeValue {
  mount: MountOption;
  /** What was understood but changes nothing here, for a notice. */
  ignored: string[];
}

const IGNORED_RELABEL = new Set(["z", "Z"]);
/** Docker's defaults, and its hints to Docker Desktop. */
const WITHOUT_EFFECT = new Set(["rw", "rprivate", "cached", "delegated", "consistent"]);

/**
 * Parses `-v [SOURCE:]PATH[:OPTIONS]` as Docker does. A SOURCE with a slash or a dot before it is a path of the host, bound with
 * all below it; any other is the name of a volume; without one, the volume is the container's own.
 * @throws UsageError `INVALID_VOLUME`
 */
export function parseVolume(text: string, cwd: string): VolumeValue {
  const { source, target, options, ...rest } = splitVolume(text);
  const reject = (reason: string): UsageError => rejectVolume(text, reason);
  if (rest.more) throw reject("it has more than three parts");
  if (source === "") throw reject("what stands before the colon is empty");
  if (!target.startsWith("/")) throw reject("the container's path must begin with /");
  const isPath = source !== undefined && /^[./]/.test(source);
  const ignored: string[] = [];
  let readonly = false;
  let copy = true;
  for (const option of options) {
    if (option === "ro") readonly = true;
    else if (option === "nocopy" && !isPath) copy = false;
    else if (IGNORED_RELABEL.has(option)) ignored.push(option);
    else if (!WITHOUT_EFFECT.has(option)) throw reject(`"${option}" is no option of it here`);
  }
  if (isPath) {
    const mount: MountOption = {
      type: "bind",
      source: resolve(cwd, source),
      target,
      readonly,
      recursive: true,
    };
    return { mount, ignored };
  }
  const named = source === undefined ? {} : { source };
  return { mount: { type: "volume", ...named, target, readonly, copy }, ignored };
}

interface SplitVolume {
  source: string | undefined;
  target: string;
  options: string[];
  /** Whether there is more than Docker knows. */
  more: boolean;
}

function splitVolume(text: string): SplitVolume {
  const [first = "", second, options = "", ...rest] = text.split(":");
  const words = options.split(",").filter((word) => word !== "");
  return second === undefined
    ? { source: undefined, target: first, options: words, more: false }
    : { source: first, target: second, options: words, more: rest.length > 0 };
}

function rejectVolume(text: string, reason: string): UsageError {
  return new UsageError(`failed to parse --volume "${text}": ${reason}`, {
    code: "INVALID_VOLUME",
    hint: "write /host/path:/container/path, volume:/container/path, with :ro behind it for reading only",
  });
}
