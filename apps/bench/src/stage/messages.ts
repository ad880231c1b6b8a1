import type { Sample } from "../contender.js";

/** How many starts, and how many of them at once. */
export interface Load {
  starts: number;
  inFlight: number;
}

/** What a stage is asked for, one at a time. */
export type Request = { type: "start" } | ({ type: "load" } & Load);

/** `ready` comes unasked, when the contender is open. */
export type Response =
  | { type: "ready" }
  | { type: "sample"; sample: Sample }
  | { type: "rate"; startsPerSecond: number }
  | { type: "failed"; message: string };
