import { performance } from "node:perf_hooks";
import type { Contender } from "../contender.js";
import type { Load } from "./messages.js";

/** Starts per second with so many in flight. All have ended when it resolves or rejects. */
export async function measureRate(contender: Contender, load: Load): Promise<number> {
  let left = load.starts;
  const startUntilDone = async () => {
    while (left > 0) {
      left -= 1;
      await contender.start(() => {});
    }
  };
  const begin = performance.now();
  const lanes = await Promise.allSettled(Array.from({ length: load.inFlight }, startUntilDone));
  for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
  return (load.starts * 1000) / (performance.now() - begin);
}
