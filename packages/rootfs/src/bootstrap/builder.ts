import type { BootstrapPhase, PhaseWeights } from "./progress.js";

/** Tells how much of a phase is done. */
export type ReportPhase = (phase: BootstrapPhase, fraction: number, message: string) => void;

export interface BuildContext {
  /** The empty directory to fill. */
  tree: string;
  /** A directory for other files, removed afterwards. */
  scratch: string;
  report: ReportPhase;
  signal: AbortSignal | undefined;
}

export interface BuildResult {
  /** The key that fits what was really built, where an archive changed while we read it. */
  key?: readonly string[];
}

/** One way to make a root filesystem, with everything found out that its key depends on. */
export interface Builder {
  /** All that determines the result besides the recipe and the options. */
  key: readonly string[];
  /** For the image's history. */
  description: string;
  /** Whether making it again costs more than keeping an archive of it. */
  keepArchive: boolean;
  weights: PhaseWeights;
  build(context: BuildContext): Promise<BuildResult>;
}
