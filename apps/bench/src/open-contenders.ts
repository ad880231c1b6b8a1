import type { Contender, ContenderName, Entry, Workbench } from "./contender.js";

/** Contenders that are ready, and the peers that are not. */
export interface OpenContenders extends AsyncDisposable {
  ready: Map<ContenderName, Contender>;
  skipped: { name: ContenderName; reason: string }[];
}

/**
 * Opens each contender; a peer that does not run here is left out with its reason.
 * @throws the error of one of ours or the signal's reason, after the others were closed.
 */
export async function openContenders(
  entries: readonly Entry[],
  bench: Workbench,
  signal: AbortSignal,
): Promise<OpenContenders> {
  const ready: OpenContenders["ready"] = new Map();
  const skipped: OpenContenders["skipped"] = [];
  const close = async () => {
    for (const contender of ready.values()) await contender[Symbol.asyncDispose]();
  };
  for (const entry of entries) {
    try {
      signal.throwIfAborted();
      ready.set(entry.name, await entry.open(bench));
    } catch (error) {
      if (entry.origin === "peer" && !signal.aborted) {
        skipped.push({ name: entry.name, reason: (error as Error).message });
        continue;
      }
      await close();
      throw error;
    }
  }
  return { ready, skipped, [Symbol.asyncDispose]: close };
}
