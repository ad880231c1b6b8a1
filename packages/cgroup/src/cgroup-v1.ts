import { dirname } from "node:path";
import type { LinuxResources } from "@dockher/spec";
import type { Cgroup, CgroupAttachment, CgroupLocation } from "./cgroup.js";
import { parseCount, parseLimit, readControl, writeControl } from "./control-file.js";
import { requireControllers } from "./controller-missing.js";
import { removeTree } from "./directory.js";
import { CgroupError, wrapErrno } from "./error.js";
import type { Controller } from "./hierarchy.js";
import { killFrozen } from "./kill.js";
import { removeMadeParents } from "./parents.js";
import { listPids, signalPids } from "./processes.js";
import { applyChanges } from "./resources/apply.js";
import { checkCpuset } from "./resources/cpuset.js";
import type { CurrentValues } from "./resources/plan.js";
import { planV1 } from "./resources/plan-v1.js";
import { refuseUnified, validateResources } from "./resources/validate.js";
import type { CgroupStats, CgroupTotals } from "./stats.js";
import { readOomKillsV1, readStatsV1, readTotalsV1 } from "./stats-v1.js";
import { type WaitOptions, waitUntil } from "./wait.js";

export class CgroupV1 implements Cgroup {
  readonly version = 1;
  readonly name: string;
  readonly controllers: readonly Controller[];
  readonly location: CgroupLocation & { version: 1 };
  readonly attachment: CgroupAttachment;
  /** Every hierarchy once. Each holds the same processes, so the first speaks for all. */
  readonly #directories: readonly string[];

  constructor(location: CgroupLocation & { version: 1 }) {
    this.location = location;
    this.name = location.name;
    this.controllers = Object.keys(location.directories) as Controller[];
    this.#directories = [...new Set(Object.values(location.directories))];
    this.attachment = {
      version: 1,
      procsFiles: this.#directories.map((directory) => `${directory}/cgroup.procs`),
    };
  }

  async update(resources: LinuxResources): Promise<void> {
    validateResources(resources);
    refuseUnified(resources);
    const writes = planV1(resources, this.#readCurrent());
    requireControllers(writes, this.controllers, "limit it when the cgroup is created");
    const { cpuset } = this.location.directories;
    if (resources.cpu && cpuset !== undefined) {
      checkCpuset(resources.cpu, { version: 1, directory: dirname(cpuset) });
    }
    await applyChanges(writes, {
      directoryOf: (controller) => this.#directoryOf(controller),
      write: writeControl,
    });
  }

  async join(pid: number): Promise<void> {
    for (const directory of this.#directories) {
      try {
        await writeControl(`${directory}/cgroup.procs`, String(pid));
      } catch (error) {
        throw wrapErrno(`move process ${pid} into cgroup ${directory}`, error);
      }
    }
  }

  pids(): number[] {
    return [...new Set(this.#directories.flatMap(listPids))];
  }

  async freeze(options: WaitOptions = {}): Promise<void> {
    await this.#setFreezer("FROZEN", { action: "freeze", ...options });
  }

  async thaw(options: WaitOptions = {}): Promise<void> {
    await this.#setFreezer("THAWED", { action: "thaw", ...options });
  }

  isFrozen(): boolean {
    const { freezer } = this.location.directories;
    const state = freezer === undefined ? undefined : readControl(freezer, "freezer.state");
    return state !== undefined && state.trim() !== "THAWED";
  }

  async stats(): Promise<CgroupStats> {
    return readStatsV1(this.location.directories);
  }

  readTotals(): CgroupTotals {
    return readTotalsV1(this.location.directories);
  }

  readOomKills(): number {
    const { memory } = this.location.directories;
    return memory === undefined ? 0 : readOomKillsV1(memory);
  }

  // biome-ignore lint/correctness/useYield: it refuses in the shape that the interface has
  async *watchOomKills(): AsyncGenerator<number, void> {
    throw new CgroupError("failed to watch for out-of-memory kills: cgroup v1 has no such event", {
      code: "CGROUP_UNSUPPORTED",
      hint: "call readOomKills() when the process has ended",
    });
  }

  async killAll(signal: NodeJS.Signals = "SIGKILL", options: WaitOptions = {}): Promise<void> {
    const [first] = this.#directories;
    if (first === undefined) return;
    if (signal !== "SIGKILL") return signalPids(first, signal);
    await killFrozen(this, this.location.directories.freezer ?? first, options);
  }

  async remove(options: WaitOptions = {}): Promise<void> {
    await waitUntil({
      action: `remove cgroup ${this.name}`,
      // Each is tried, so that one that is busy does not keep the others.
      reached: () => this.#directories.map(removeTree).every(Boolean),
      ...options,
    });
    if (this.location.parent === undefined) return;
    for (const directory of this.#directories) removeMadeParents(dirname(directory));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killAll();
    await this.remove();
  }

  #readCurrent(): CurrentValues {
    const { memory, cpu } = this.location.directories;
    const memorySwap = memory && parseLimit(readControl(memory, "memory.memsw.limit_in_bytes"));
    const period = cpu && parseCount(readControl(cpu, "cpu.cfs_period_us"));
    return {
      ...(typeof memorySwap === "number" ? { memorySwap } : {}),
      ...(typeof period === "number" ? { period } : {}),
    };
  }

  #directoryOf(controller: Controller): string {
    const directory = this.location.directories[controller];
    if (directory !== undefined) return directory;
    throw new CgroupError(
      `failed to use cgroup ${this.name}: the controller "${controller}" is not joined`,
      {
        code: "CGROUP_CONTROLLER_MISSING",
        hint: `name it in the controllers option when the cgroup is created`,
      },
    );
  }

  async #setFreezer(
    state: "FROZEN" | "THAWED",
    { action, ...options }: WaitOptions & { action: string },
  ): Promise<void> {
    const directory = this.#directoryOf("freezer");
    const file = `${directory}/freezer.state`;
    try {
      await writeControl(file, state);
    } catch (error) {
      throw wrapErrno(`${action} cgroup ${directory}`, error);
    }
    await waitUntil({
      action: `${action} cgroup ${directory}`,
      reached: () => (readControl(directory, "freezer.state") ?? state).trim() === state,
      ...options,
    });
  }
}
