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

/** How much a new measurement of the speed counts against the old ones. */
const SMOOTHING = 0.15;

/** Turns "so much of this phase" into percent and time left of the whole. */
export class ProgressTracker {
  readonly #weights: PhaseWeights;
  readonly #total: number;
  readonly #now: () => number;
  #share = 0;
  #percent = 0;
  #at: number | undefined;
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
    const elapsed = now - (this.#at ?? now);
    if (this.#at === undefined) this.#at = now;
    if (share <= this.#share) return;
    if (elapsed > 0) {
      const speed = (share - this.#share) / elapsed;
      this.#speed =
        this.#speed === undefined ? speed : this.#speed + SMOOTHING * (speed - this.#speed);
      this.#at = now;
    }
    this.#share = share;
  }
}
