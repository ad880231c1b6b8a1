import { once } from "node:events";
import { existsSync, watch } from "node:fs";
import { dirname } from "node:path";
import type { LinuxResources } from "@dockher/spec";
import type { Cgroup, CgroupAttachment, CgroupLocation } from "./cgroup.js";
import { parseFlatKeyed, readControl, writeControl } from "./control-file.js";
import { requireControllers } from "./controller-missing.js";
import { removeTree } from "./directory.js";
import { errnoOf, wrapErrno } from "./error.js";
import { removeEmptyGroup } from "./group.js";
import type { Controller } from "./hierarchy.js";
import { killFrozen } from "./kill.js";
import { removeMadeParents } from "./parents.js";
import { listPids, signalPids } from "./processes.js";
import { applyChanges } from "./resources/apply.js";
import { checkCpuset } from "./resources/cpuset.js";
import { planV2 } from "./resources/plan-v2.js";
import { refuseDevices, refuseLegacy, validateResources } from "./resources/validate.js";

import type { CgroupStats, CgroupTotals } from "./stats.js";
import { readMemoryEvents, readStatsV2, readTotalsV2 } from "./stats-v2.js";
import { type WaitOptions, waitUntil } from "./wait.js";

export class CgroupV2 implements Cgroup {
  readonly version = 2;
  readonly name: string;
  readonly controllers: readonly Controller[];
  readonly location: CgroupLocation & { version: 2 };
  readonly attachment: CgroupAttachment;
  readonly #directory: string;
  /** inotify tells nothing of the end of a cgroup. */
  readonly #removed: AbortController = new AbortController();

  constructor(location: CgroupLocation & { version: 2 }) {
    this.location = location;
    this.name = location.name;
    this.controllers = location.controllers;
    this.attachment = { version: 2, directory: location.directory };
    this.#directory = location.directory;
  }

  async update(resources: LinuxResources): Promise<void> {
    validateResources(resources);
    refuseDevices(resources);
    refuseLegacy(resources);
    const quota = readControl(this.#directory, "cpu.max")?.split(" ")[0];
    const writes = planV2(resources, quota === undefined ? {} : { quota });
    requireControllers(writes, this.controllers, "limit it when the cgroup is created");
    const parent = dirname(this.#directory);
    if (resources.cpu) checkCpuset(resources.cpu, { version: 2, directory: parent });
    await applyChanges(writes, { directoryOf: () => this.#directory, write: writeControl });
  }

  async join(pid: number): Promise<void> {
    await this.#write("cgroup.procs", String(pid), `move process ${pid} into`);
  }

  pids(): number[] {
    return listPids(this.#directory);
  }

  async freeze(options: WaitOptions = {}): Promise<void> {
    await this.#setFrozen(1, options);
  }

  async thaw(options: WaitOptions = {}): Promise<void> {
    await this.#setFrozen(0, options);
  }

  isFrozen(): boolean {
    return readControl(this.#directory, "cgroup.freeze")?.trim() === "1";
  }

  async stats(): Promise<CgroupStats> {
    return readStatsV2(this.#directory);
  }

  readTotals(): CgroupTotals {
    return readTotalsV2(this.#directory);
  }

  readOomKills(): number {
    return readMemoryEvents(this.#directory).get("oom_kill") ?? 0;
  }

  async *watchOomKills(options: { signal?: AbortSignal } = {}): AsyncGenerator<number, void> {
    const signals = [this.#removed.signal, ...(options.signal ? [options.signal] : [])];
    const signal = AbortSignal.any(signals);
    if (signal.aborted) return;
    const watcher = watch(`${this.#directory}/memory.events`);
    let seen = 0;
    try {
      for (;;) {
        // Armed before the read, so that a kill between the two is not lost.
        const changed = once(watcher, "change", { signal });
        changed.catch(() => undefined);
        const kills = this.readOomKills();
        if (kills > seen) {
          seen = kills;
          yield kills;
        }
        await changed;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      watcher.close();
    }
  }

  async killAll(signal: NodeJS.Signals = "SIGKILL", options: WaitOptions = {}): Promise<void> {
    if (signal !== "SIGKILL") return signalPids(this.#directory, signal);
    if (!existsSync(this.#directory)) return;
    try {
      await writeControl(`${this.#directory}/cgroup.kill`, "1");
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw wrapErrno(`kill cgroup ${this.#directory}`, error);
      // cgroup.kill came with Linux 5.14.
      await killFrozen(this, this.#directory, options);
    }
    await this.#waitForEvent("populated", 0, { action: "kill", ...options });
  }

  async remove(options: WaitOptions = {}): Promise<void> {
    await waitUntil({
      action: `remove cgroup ${this.#directory}`,
      reached: () => removeTree(this.#directory),
      events: `${this.#directory}/cgroup.events`,
      ...options,
    });
    // The group goes with its last member; a sibling or a nested group keeps it.
    if (this.location.group !== undefined) removeEmptyGroup(this.location.group);
    if (this.location.parent !== undefined) removeMadeParents(dirname(this.#directory));
    this.#removed.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killAll();
    await this.remove();
  }

  async #setFrozen(value: 0 | 1, options: WaitOptions): Promise<void> {
    const verb = value === 1 ? "freeze" : "thaw";
    await this.#write("cgroup.freeze", String(value), verb);
    await this.#waitForEvent("frozen", value, { action: verb, ...options });
  }

  async #waitForEvent(
    key: "populated" | "frozen",
    value: number,
    { action, ...options }: WaitOptions & { action: string },
  ): Promise<void> {
    await waitUntil({
      action: `${action} cgroup ${this.#directory}`,
      reached: () => {
        const events = readControl(this.#directory, "cgroup.events");
        return events === undefined || parseFlatKeyed(events).get(key) === value;
      },
      events: `${this.#directory}/cgroup.events`,
      ...options,
    });
  }

  async #write(file: string, value: string, verb: string): Promise<void> {
    try {
      await writeControl(`${this.#directory}/${file}`, value);
    } catch (error) {
      throw wrapErrno(`${verb} cgroup ${this.#directory}`, error);
    }
  }
}
