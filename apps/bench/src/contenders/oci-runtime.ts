import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDefaultSpec, type LinuxResources, type Spec } from "@dockher/spec";
import type { Contender, Entry, Workbench } from "../contender.js";
import { LIMITS } from "./limits.js";
import { captureOutput, spawnToExit } from "./spawned.js";

interface OciRuntime {
  command: "crun" | "runc";
  /** Before the verb. */
  globalArguments: readonly string[];
  resources?: LinuxResources;
}

/** The container of the other rows as a peer of 2022 accepts it. */
export function createPeerSpec(
  rootfs: string,
  { args = ["/bin/true"], resources }: { args?: string[]; resources?: LinuxResources | undefined },
): Spec {
  const spec = createDefaultSpec();
  const linux = { ...spec.linux, ...(resources && { resources }) };
  return {
    ...spec,
    ociVersion: "1.0.2",
    hostname: "bench",
    root: { path: rootfs },
    process: { ...spec.process, args },
    // No row shows the control groups inside the container.
    mounts: (spec.mounts ?? []).filter((mount) => mount.type !== "cgroup"),
    linux,
  };
}

async function openOciRuntime(
  bench: Workbench,
  name: string,
  runtime: OciRuntime,
): Promise<Contender> {
  const bundle = join(bench.directory, name);
  await mkdir(bundle);

  await writeFile(
    join(bundle, "config.json"),
    JSON.stringify(createPeerSpec(bench.rootfs, runtime)),
  );

  const state = ["--root", join(bundle, "state"), ...runtime.globalArguments];
  let starts = 0;
  const listArguments = () => {
    starts += 1;
    return [...state, "run", "--bundle", bundle, `dockher-bench-${process.pid}-${name}-${starts}`];
  };
  await captureOutput(runtime.command, listArguments());
  return {
    async start() {
      await spawnToExit(runtime.command, listArguments());
      return undefined;
    },
    async [Symbol.asyncDispose]() {},
  };
}

export const crun: Entry = {
  name: "crun",
  title: "spawn crun run, cgroups off",
  section: "starts",
  origin: "peer",
  open: (bench) =>
    openOciRuntime(bench, "crun", {
      command: "crun",
      globalArguments: ["--cgroup-manager=disabled"],
    }),
};

export const crunLimits: Entry = {
  name: "crun-limits",
  title: "spawn crun run, with limits",
  section: "starts",
  origin: "peer",
  open: (bench) =>
    openOciRuntime(bench, "crun-limits", {
      command: "crun",
      globalArguments: ["--cgroup-manager=cgroupfs"],
      resources: {
        memory: { limit: LIMITS.memory, swap: LIMITS.memory },
        cpu: { quota: LIMITS.cpuQuota, period: LIMITS.cpuPeriod },
        pids: { limit: LIMITS.pids },
      },
    }),
};

export const runc: Entry = {
  name: "runc",
  title: "spawn runc run",
  section: "starts",
  origin: "peer",
  open: (bench) => openOciRuntime(bench, "runc", { command: "runc", globalArguments: [] }),
};
