import { existsSync } from "node:fs";
import type { DockherError } from "@dockher/spec";
import type { EnteredBy } from "./delegation/enter-delegated-cgroup.js";
import { hasUserBus } from "./delegation/enter-scope.js";
import { fixControllers } from "./delegation/fix.js";
import { CgroupError } from "./error.js";
import {
  type CgroupLayout,
  type Controller,
  type DiscoverOptions,
  discoverCgroups,
  type Hierarchy,
  readControllers,
} from "./hierarchy.js";
import { checkPlaceV1 } from "./place-v1.js";
import { findPlace, isDelegated } from "./place-v2.js";

/** Something that a container cannot have on this machine, and what to do about it. */
export interface CgroupProblem {
  /** The error that `create` would throw. */
  code: string;
  message: string;
  hint?: string;
}

export interface MissingController {
  controller: Controller;
  /** What cannot be limited without it. */
  purpose: string;
  /** How it is handed down to a user without root. */
  fix?: string;
}

/** What this machine's control groups can do for this process: for `info` and `doctor`. */
export interface CgroupReport {
  version: 1 | 2 | null;
  /** v1 and v2 are both mounted; `version` is the one that has the controllers. */
  hybrid: boolean;
  /** What a new cgroup can be limited and counted by. */
  controllers: readonly Controller[];
  missing: readonly MissingController[];
  /** Whether `resources.devices` can be held. */
  devices: boolean;
  /** What it takes `enterDelegatedCgroup` to get where this describes; always `nothing` for root. */
  enter: EnteredBy;
  /** Where new cgroups go: a directory on v2, one for each hierarchy on v1. */
  places: readonly string[];
  /** Empty where everything works. */
  problems: readonly CgroupProblem[];
}

const PURPOSES_V2: Readonly<Partial<Record<Controller, string>>> = {
  cpu: "CPU time and shares",
  cpuset: "the choice of processors",
  io: "disk bandwidth",
  memory: "memory and swap",
  pids: "the number of processes",
};
const PURPOSES_V1: Readonly<Partial<Record<Controller, string>>> = {
  blkio: "disk bandwidth",
  cpu: "CPU time and shares",
  cpuacct: "counting CPU time",
  cpuset: "the choice of processors",
  devices: "access to devices",
  freezer: "pausing, and killing all at once",
  memory: "memory and swap",
  pids: "the number of processes",
};

/** Looks at the control groups without changing anything. Never throws for what it finds. */
export function describeCgroups(options: DiscoverOptions = {}): CgroupReport {
  let layout: CgroupLayout;
  try {
    layout = discoverCgroups(options);
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    return {
      version: null,
      hybrid: false,
      controllers: [],
      missing: [],
      devices: false,
      enter: "nothing",
      places: [],
      problems: [toProblem(error)],
    };
  }
  return layout.version === 2 ? describeV2(layout) : describeV1(layout);
}

function describeV2({ version, hybrid, hierarchy }: CgroupLayout & { version: 2 }): CgroupReport {
  const report = { version, hybrid, devices: false };
  const describe = (controllers: readonly Controller[]) => {
    const fix = process.geteuid?.() === 0 ? {} : { fix: fixControllers(hierarchy) };
    const missing = listMissing(PURPOSES_V2, controllers).map((one) => ({ ...one, ...fix }));
    return { ...report, controllers, missing };
  };
  try {
    const wanted = Object.keys(PURPOSES_V2) as Controller[];
    const { controllers, base, group = base } = findPlace(hierarchy, { writes: [], wanted });
    return { ...describe(controllers), enter: "nothing", places: [group], problems: [] };
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    const found = error.code === "CGROUP_NOT_DELEGATED" ? findEntrance(hierarchy) : undefined;
    if (found === undefined) {
      return { ...describe([]), enter: "nothing", places: [], problems: [toProblem(error)] };
    }
    const { enter, directory } = found;
    const controllers = readControllers(directory);
    return { ...describe(controllers), enter, places: [directory], problems: [] };
  }
}

/** Where a user without root gets by `enterDelegatedCgroup`. */
function findEntrance(hierarchy: Hierarchy): { enter: EnteredBy; directory: string } | undefined {
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0) return undefined;
  const { mountPoint, ownDirectory } = hierarchy;
  if (isDelegated(ownDirectory)) return { enter: "leaf", directory: ownDirectory };
  const directory = `${mountPoint}/user.slice/user-${uid}.slice/user@${uid}.service`;
  return hasUserBus() && existsSync(directory) ? { enter: "scope", directory } : undefined;
}

function describeV1({ version, hybrid, hierarchies }: CgroupLayout & { version: 1 }): CgroupReport {
  const problems: CgroupProblem[] = [];
  const usable = hierarchies.filter((hierarchy) => {
    const problem = findProblemV1(hierarchy);
    if (problem !== undefined) problems.push(problem);
    return problem === undefined;
  });
  const controllers = usable.flatMap((hierarchy) => hierarchy.controllers);
  return {
    version,
    hybrid,
    controllers,
    missing: listMissing(PURPOSES_V1, controllers),
    devices: controllers.includes("devices"),
    enter: "nothing",
    places: usable.map((hierarchy) => hierarchy.ownDirectory),
    problems,
  };
}

function findProblemV1(hierarchy: Hierarchy): CgroupProblem | undefined {
  try {
    checkPlaceV1([hierarchy]);
    return undefined;
  } catch (error) {
    if (error instanceof CgroupError) return toProblem(error);
    throw error;
  }
}

function listMissing(
  purposes: Readonly<Partial<Record<Controller, string>>>,
  present: readonly Controller[],
): MissingController[] {
  return (Object.entries(purposes) as [Controller, string][])
    .filter(([controller]) => !present.includes(controller))
    .map(([controller, purpose]) => ({ controller, purpose }));
}

function toProblem({ code, message, hint }: DockherError): CgroupProblem {
  return hint === undefined ? { code, message } : { code, message, hint };
}
