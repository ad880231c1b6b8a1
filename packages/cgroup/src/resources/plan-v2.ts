import type { LinuxBlockIO, LinuxCPU, LinuxMemory, LinuxResources } from "@dockher/spec";
import type { Controller } from "../hierarchy.js";
import { convertBlkioWeight, convertSharesToWeight, convertSwap } from "./convert.js";
import type { ControlWrite, CurrentValues } from "./plan.js";

/** The writes that carry out valid resources on cgroup v2: Documentation/admin-guide/cgroup-v2.rst. */
export function planV2(resources: LinuxResources, current: CurrentValues = {}): ControlWrite[] {
  const { memory, cpu, pids, blockIO, unified } = resources;
  return [
    ...(memory ? planMemory(memory) : []),
    ...(cpu ? planCpu(cpu, current) : []),
    ...(pids ? [write("pids.max", pids.limit > 0 ? pids.limit : "max", "pids.limit")] : []),
    ...(blockIO ? planIo(blockIO) : []),
    // Last, so that a raw value wins over a converted one, as in crun.
    ...Object.entries(unified ?? {}).map(([file, value]) =>
      write(file, value, `unified["${file}"]`),
    ),
  ];
}

function planMemory({ limit, reservation, swap }: LinuxMemory): ControlWrite[] {
  const writes: ControlWrite[] = [];
  if (limit !== undefined) writes.push(write("memory.max", limitOrMax(limit), "memory.limit"));
  if (limit !== undefined || swap !== undefined) {
    const value = convertSwap(limit ?? -1, swap);
    writes.push({ ...write("memory.swap.max", value, "memory.swap"), harmlessWithoutSwap: true });
  }
  if (reservation !== undefined) {
    writes.push(write("memory.low", limitOrMax(reservation), "memory.reservation"));
  }
  return writes;
}

function planCpu(cpu: LinuxCPU, current: CurrentValues): ControlWrite[] {
  const writes: ControlWrite[] = [];
  const { shares, quota, period, cpus, mems, idle } = cpu;
  if (idle !== undefined) writes.push(write("cpu.idle", idle, "cpu.idle"));
  if (shares !== undefined) {
    writes.push(write("cpu.weight", convertSharesToWeight(shares), "cpu.shares"));
  }
  if (period !== undefined) {
    const max = quota === undefined ? (current.quota ?? "max") : limitOrMax(quota);
    writes.push(write("cpu.max", `${max} ${period}`, "cpu.period"));
  } else if (quota !== undefined) {
    // One word leaves the period as it is; the kernel's own is 100 ms, as in the OCI runtimes.
    writes.push(write("cpu.max", limitOrMax(quota), "cpu.quota"));
  }
  if (cpus !== undefined) writes.push(write("cpuset.cpus", cpus, "cpu.cpus"));
  if (mems !== undefined) writes.push(write("cpuset.mems", mems, "cpu.mems"));
  return writes;
}

const IO_MAX = [
  ["throttleReadBpsDevice", "rbps"],
  ["throttleWriteBpsDevice", "wbps"],
  ["throttleReadIOPSDevice", "riops"],
  ["throttleWriteIOPSDevice", "wiops"],
] as const;

function planIo(blockIO: LinuxBlockIO): ControlWrite[] {
  const writes: ControlWrite[] = [];
  const { weight, weightDevice = [] } = blockIO;
  if (weight !== undefined) {
    writes.push({
      ...write("io.weight", convertBlkioWeight(weight), "blockIO.weight"),
      // Without the cost model of the kernel, the BFQ scheduler weighs, on v1's own scale.
      otherwise: { file: "io.bfq.weight", value: String(weight) },
    });
  }
  for (const { major, minor, weight } of weightDevice) {
    const device = `${major}:${minor}`;
    writes.push({
      ...write("io.weight", `${device} ${convertBlkioWeight(weight)}`, "blockIO.weightDevice"),
      otherwise: { file: "io.bfq.weight", value: `${device} ${weight}` },
    });
  }
  for (const [property, key] of IO_MAX) {
    for (const { major, minor, rate } of blockIO[property] ?? []) {
      writes.push(write("io.max", `${major}:${minor} ${key}=${rate}`, `blockIO.${property}`));
    }
  }
  return writes;
}

function write(file: string, value: string | number, property: string): ControlWrite {
  const controller = file.slice(0, file.indexOf(".")) as Controller;
  return { controller, file, value: String(value), property };
}

function limitOrMax(limit: number): string {
  return limit === -1 ? "max" : String(limit);
}
