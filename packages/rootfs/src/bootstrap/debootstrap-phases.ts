import type { ReportPhase } from "./builder.js";
import type { BootstrapPhase, PhaseWeights } from "./progress.js";
import type { InstallerEvent } from "./protocol.js";

const PHASES: Readonly<Record<string, BootstrapPhase>> = {
  DOWNREL: "release",
  DOWNRELSIG: "release",
  DOWNPKGS: "indices",
  SIZEDEBS: "sizes",
  DOWNDEBS: "download",
  EXTRACTPKGS: "extract",
  INSTCORE: "core",
  UNPACKREQ: "unpack",
  UNPACKBASE: "unpack",
  CONFREQ: "configure",
  CONFBASE: "configure",
};

/** Seconds of each phase in a run of minbase whose packages were cached. */
export const DEBOOTSTRAP_WEIGHTS: PhaseWeights = [
  ["prepare", 0.5],
  ["release", 0.5],
  ["indices", 1],
  ["resolve", 7],
  ["sizes", 0.5],
  ["download", 4],
  ["extract", 3],
  ["core", 2],
  ["unpack", 7],
  ["configure", 4],
  ["clean", 0.3],
  ["pack", 1],
  ["commit", 0.5],
];

const TICK_MS = 500;
/** The resolving of dependencies says nothing of how far it is; it took this long, in milliseconds. */
const RESOLVE_MS = 7000;

/** Turns debootstrap's events into phases, and lets time pass for the phase that is silent. */
export class PhaseFollower {
  readonly #report: ReportPhase;
  #phase: BootstrapPhase = "release";
  #title = "Retrieving the release file";
  #timer: NodeJS.Timeout | undefined;

  constructor(report: ReportPhase) {
    this.#report = report;
  }

  follow(event: InstallerEvent): void {
    if (event.type === "progress") {
      this.stop();
      this.#phase = (event.phase && PHASES[event.phase]) || this.#phase;
      // CONFBASE may be 0 of 0, CONFREQ 89 of 88; the tracker clamps.
      const fraction = event.end > 0 ? event.now / event.end : 0;
      this.#report(this.#phase, fraction, this.#title);
    } else if (event.type === "info") {
      this.#title = event.message;
      if (event.code.startsWith("RESOLVE")) this.#startResolving();
      else if (event.code === "CHECKINGSIZES") this.stop();
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #startResolving(): void {
    this.#phase = "resolve";
    if (this.#timer) return;
    const start = performance.now();
    this.#timer = setInterval(() => {
      const fraction = 1 - Math.exp((start - performance.now()) / RESOLVE_MS);
      this.#report("resolve", fraction, this.#title);
    }, TICK_MS);
  }
}
