/** In the order of the rows. */
export const CONTENDER_NAMES = [
  "floor",
  "floor-unconfined",
  "library",
  "prepared",
  "run",
  "run-limits",
  "run-userns",
  "spawn",
  "bwrap",
  "crun",
  "crun-limits",
  "runc",
  "exec-floor",
  "exec",
  "crun-exec",
  "node",
  "dockher",
  "docker",
] as const;

export type ContenderName = (typeof CONTENDER_NAMES)[number];

/** What one start took. */
export interface Sample {
  /** Milliseconds from the start to the end of the command. */
  wallMs: number;
  /** Milliseconds of CPU of this process and of the children that it has reaped. */
  cpuMs: number;
  /** Milliseconds of the longest stretch in which the event loop could do nothing else. */
  blockedMs?: number | undefined;
  /** Milliseconds of all such stretches together, from the call until the end is known. */
  mainThreadMs?: number | undefined;
  /** MiB that the largest process held, where it was measured from outside. */
  memoryMib?: number | undefined;
}

/** To be called where the event loop is free again until something of the start wakes it. */
export type Turn = () => void;

/** A way of starting the command, ready to do so. */
export interface Contender extends AsyncDisposable {
  /**
   * Starts the command once and resolves when it has ended with 0.
   * A contender that takes its time itself, in another process, resolves to what it measured.
   */
  start(turn: Turn): Promise<Sample | undefined>;
}

/** Which rows are compared with which: all starts of a container, commands in one that runs, or whole command lines. */
export type Section = "starts" | "execs" | "command-lines";

/** A contender that may be measured. */
export interface Entry {
  name: ContenderName;
  title: string;
  section: Section;
  /** Ours must work; a peer that is missing or refuses this host is left out, with its reason. */
  origin: "ours" | "peer";
  open(bench: Workbench): Promise<Contender>;
}

/** What all contenders share: one folder, the root filesystem in it, and the compiled programs. */
export interface Workbench {
  /** Absolute; removed with everything in it at the end. */
  directory: string;
  /** The container's `/`: the static `/bin/true` and `/bin/pause`, and empty mount points. */
  rootfs: string;
  /** A file with the default seccomp program. */
  filter: string;
  programs: Record<"execFloor" | "floor" | "measure", string>;
}
