import {
  type ContainerStats,
  type ContainerTarget,
  inspectContainer,
  listContainers,
  RuntimeError,
  watchStats,
} from "@dockher/runtime";
import type { StatsSource } from "../output/stats-table.js";

export interface StatsWatchOptions {
  /** Those that are named; none means all that run, also those that come later. */
  containers: readonly string[];
  /** Those that do not run as well. */
  all: boolean;
  directories?: ContainerTarget["directories"];
  signal: AbortSignal;
}

type Watcher = AsyncGenerator<ContainerStats, void, undefined>;

/** Samples what several containers use, while they come and go. */
export class StatsWatch {
  readonly #options: StatsWatchOptions;
  readonly #watchers = new Map<string, Watcher>();
  /** Those that are named and have been there: that they are removed is no failure. */
  readonly #met = new Set<string>();

  constructor(options: StatsWatchOptions) {
    this.#options = options;
  }

  /**
   * One sample of each; of those that are named none when all have been removed.
   * @throws RuntimeError `CONTAINER_NOT_FOUND` for one that was named and is not there
   */
  async sample(): Promise<StatsSource[]> {
    const sources = this.#list().map(async (source) => ({
      ...source,
      stats: await this.#next(source.id),
    }));
    return await Promise.all(sources);
  }

  #list(): Omit<StatsSource, "stats">[] {
    const { containers, all, directories } = this.#options;
    const given = directories === undefined ? {} : { directories };
    if (containers.length === 0) {
      return listContainers({ all, ...given }).map(({ id, name }) => {
        return { container: id.slice(0, 12), id, name };
      });
    }
    return containers.flatMap((container) => {
      try {
        const { config } = inspectContainer({ container, ...given });
        this.#met.add(container);
        return { container, id: config.id, name: config.name };
      } catch (error) {
        const gone = error instanceof RuntimeError && error.code === "CONTAINER_NOT_FOUND";
        if (gone && this.#met.has(container)) return [];
        throw error;
      }
    });
  }

  async #next(id: string): Promise<ContainerStats | undefined> {
    const { directories, signal } = this.#options;
    const watcher =
      this.#watchers.get(id) ??
      watchStats({ container: id, signal, ...(directories === undefined ? {} : { directories }) });
    this.#watchers.set(id, watcher);
    try {
      const { done, value } = await watcher.next();
      if (done !== true) return value;
    } catch (error) {
      if (signal.aborted) throw error;
      // It does not run, or was removed meanwhile: looked at anew next time.
    }
    this.#watchers.delete(id);
    return undefined;
  }
}
