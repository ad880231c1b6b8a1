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
 * Parses `-v HOST:PATH[:OPTIONS]` as Docker does: a bind mount, recursive. A relative HOST begins with `.`.
 * @throws UsageError `INVALID_VOLUME`, or `UNSUPPORTED` for named and anonymous volumes.
 */
export function parseVolume(text: string, cwd: string): VolumeValue {
  const [source = "", target, options = "", ...more] = text.split(":");
  const reject = (reason: string): UsageError =>
    new UsageError(`failed to parse --volume "${text}": ${reason}`, {
      code: "INVALID_VOLUME",
      hint: "write /host/path:/container/path, or /host/path:/container/path:ro",
    });
  if (more.length > 0) throw reject("it has more than three parts");
  if (target === undefined) throw unsupportedVolume(text, "a volume without a host path");
  if (source === "") throw reject("the host path is empty");
  if (!source.startsWith("/") && !source.startsWith(".")) {
    throw unsupportedVolume(text, `"${source}" is the name of a volume`);
  }
  if (!target.startsWith("/")) throw reject("the container's path must begin with /");
  const ignored: string[] = [];
  let readonly = false;
  for (const option of options.split(",").filter((word) => word !== "")) {
    if (option === "ro") readonly = true;
    else if (IGNORED_RELABEL.has(option)) ignored.push(option);
    else if (!WITHOUT_EFFECT.has(option)) throw reject(`"${option}" is no option of a volume here`);
  }
  const mount: MountOption = {
    type: "bind",
    source: resolve(cwd, source),
    target,
    readonly,
    recursive: true,
  };
  return { mount, ignored };
}

function unsupportedVolume(text: string, what: string): UsageError {
  return new UsageError(
    `failed to parse --volume "${text}": ${what}, and volumes are not supported yet`,
    { code: "UNSUPPORTED", hint: "bind a directory: -v /host/path:/container/path" },
  );
}
