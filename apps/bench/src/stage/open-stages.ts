import type { ContenderName, Entry, Workbench } from "../contender.js";
import { openStage, type Stage } from "./open-stage.js";

/** Contenders that are ready, and the peers that are not. */
export interface OpenStages extends AsyncDisposable {
  ready: Map<ContenderName, Stage>;
  skipped: { name: ContenderName; reason: string }[];
}

/**
 * Opens each contender; a peer that does not run here is left out with its reason.
 * @throws the error of one of ours or the signal's reason, after the others were closed.
 */
export async function openStages(
  entries: readonly Entry[],
  bench: Workbench,
  { signal, open = openStage }: { signal: AbortSignal; open?: typeof openStage },
): Promise<OpenStages> {
  const ready: OpenStages["ready"] = new Map();
  const skipped: OpenStages["skipped"] = [];
  const close = async () => {
    for (const stage of ready.values()) await stage[Symbol.asyncDispose]();
  };
  for (const { name, origin } of entries) {
    try {
      signal.throwIfAborted();
      ready.set(name, await open(name, bench));
    } catch (error) {
      if (origin === "peer" && !signal.aborted) {
        skipped.push({ name, reason: (error as Error).message });
        continue;
      }
      await close();
      throw error;
    }
  }
  return { ready, skipped, [Symbol.asyncDispose]: close };
}
