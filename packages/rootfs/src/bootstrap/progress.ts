/** The parts of a bootstrap, in their order. */
export type BootstrapPhase =
  | "wait"
  | "prepare"
  | "release"
  | "indices"
  | "resolve"
  | "sizes"
  | "download"
  | "extract"
  | "core"
  | "unpack"
  | "configure"
  | "clean"
  | "pack"
  | "restore"
  | "commit";

/** How far a bootstrap is. */
export interface BootstrapProgress {
  phase: BootstrapPhase;
  /** 0 to 100, never falling. */
  percent: number;
  /** Milliseconds that are probably left; undefined while there is nothing to reckon with. */
  etaMs: number | undefined;
  /** One line for people, without a full stop. */
  message: string;
}

export type ReportProgress = (progress: BootstrapProgress) => void;

/** Each phase with its share of the time, from a run of debootstrap with warm caches. */
export type PhaseWeights = readonly (readonly [BootstrapPhase, number])[];

/** Over this time, in milliseconds, an old speed fades to about a third of its weight. */
const MEMORY_MS = 8000;
/** Speeds over shorter times say nothing, in milliseconds. */
const MEASURE_MS = 250;

/** Turns "so much of this phase" into percent and time left of the whole. */
export class ProgressTracker {
  readonly #weights: PhaseWeights;
  readonly #total: number;
  readonly #now: () => number;
  #share = 0;
  #percent = 0;
  /** Where the speed was measured last. */
  #mark: { at: number; share: number } | undefined;
  /** Shares per millisecond, exponentially weighted. */
  #speed: number | undefined;

  constructor(weights: PhaseWeights, now: () => number) {
    this.#weights = weights;
    this.#total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    this.#now = now;
  }

  /** @param fraction of the phase, clamped to 0 to 1; debootstrap counts beyond its own ends */
  advance(phase: BootstrapPhase, fraction: number): { percent: number; etaMs: number | undefined } {
    let share = 0;
    for (const [name, weight] of this.#weights) {
      if (name === phase) {
        share += weight * (Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0);
        break;
      }
      share += weight;
    }
    this.#measure(share / this.#total);
    this.#percent = Math.max(this.#percent, Math.floor(this.#share * 100));
    const etaMs = this.#speed ? Math.round((1 - this.#share) / this.#speed) : undefined;
    return { percent: this.#percent, etaMs };
  }

  #measure(share: number): void {
    const now = this.#now();
    this.#mark ??= { at: now, share };
    this.#share = Math.max(this.#share, share);
    const elapsed = now - this.#mark.at;
    if (elapsed < MEASURE_MS) return;
    const speed = (this.#share - this.#mark.share) / elapsed;
    const weight = this.#speed === undefined ? 1 : 1 - Math.exp(-elapsed / MEMORY_MS);
    this.#speed = (this.#speed ?? 0) * (1 - weight) + speed * weight;
    this.#mark = { at: now, share: this.#share };
  }
}
