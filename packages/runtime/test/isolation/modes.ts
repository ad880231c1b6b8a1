import type { RunOptions } from "../../src/options.ts";
import { findNobodyObstacle, nobody } from "../run-as-nobody.ts";
import { findIdmapObstacle, findObstacle } from "../sandbox.ts";
import { findBoundaryObstacle } from "./namespace-boundary.ts";

/** A way to run containers in which every promise has to hold. */
export interface Mode {
  name: string;
  /** What is told to `run` beside the source and the command. */
  options: Partial<RunOptions>;
  /** The command enters a container that runs already. */
  enter?: true;
  /** Cgroup namespaces are boundaries, as systemd mounts. */
  boundary?: true;
  /** The host's user that runs it; root without one. */
  user?: number;
  /** Why it cannot be tried here; undefined where it can. */
  obstacle: string | undefined;
  /** The checks that do not hold. They must not: the test fails when one of them does. */
  open: readonly string[];
}

const needsRoot = { obstacle: findObstacle(), open: [] };
const needsIdmap = { obstacle: await findIdmapObstacle(), open: [] };
const needsBoundary = { obstacle: findObstacle() ?? findBoundaryObstacle(), open: [] };
const needsUser = { user: nobody.uid, obstacle: findNobodyObstacle("single") };
/** As PID 1, it is the command that has to reap. */
const NO_INIT = ["49 orphans"];
/** Without CAP_SYS_RESOURCE nobody lowers it; that it is more than 0 only makes the container die earlier. */
const OWN_SCORE = ["11 oom_score_adj"];

export const MODES: readonly Mode[] = [
  { name: "root", options: {}, ...needsRoot },
  {
    name: "root without init",
    options: { init: false },
    ...needsRoot,
    open: NO_INIT,
  },
  { name: "root without cgroups", options: { cgroups: "disabled" }, ...needsRoot },
  { name: "root with a read-only root", options: { readonly: true }, ...needsRoot },
  { name: "root, entering", options: {}, enter: true, ...needsRoot },
  {
    name: "root, entering, with cgroup namespaces as boundaries",
    options: {},
    enter: true,
    boundary: true,
    ...needsBoundary,
  },
  { name: "root with a user namespace", options: { userns: "auto" }, ...needsIdmap },
  {
    name: "root with a user namespace, entering",
    options: { userns: "auto" },
    enter: true,
    ...needsIdmap,
  },
  {
    name: "without root",
    options: { cgroups: "disabled" },
    ...needsUser,
    open: OWN_SCORE,
  },
  {
    name: "without root, entering",
    options: { cgroups: "disabled" },
    enter: true,
    ...needsUser,
    open: OWN_SCORE,
  },
];
