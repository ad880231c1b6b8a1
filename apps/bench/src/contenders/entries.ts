import type { Entry } from "../contender.js";
import { docker, dockher, node } from "./command-line.js";
import { crunExec, exec, execFloor } from "./exec.js";
import { floor, floorUnconfined } from "./floor.js";
import { library, prepared } from "./library.js";
import { crun, crunLimits, runc } from "./oci-runtime.js";
import { runtime, runtimeLimits, runtimeUserNamespace } from "./runtime.js";
import { bubblewrap, spawnBare } from "./spawn.js";

/** In the order of the rows. */
export const ENTRIES: readonly Entry[] = [
  floor,
  floorUnconfined,
  library,
  prepared,
  runtime,
  runtimeLimits,
  runtimeUserNamespace,
  spawnBare,
  bubblewrap,
  crun,
  crunLimits,
  runc,
  execFloor,
  exec,
  crunExec,
  node,
  dockher,
  docker,
];
