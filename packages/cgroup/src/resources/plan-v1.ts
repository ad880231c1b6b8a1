import type {
  LinuxBlockIO,
  LinuxCPU,
  LinuxDeviceCgroup,
  LinuxMemory,
  LinuxResources,
} from "@dockher/spec";
import type { Controller } from "../hierarchy.js";
import type { ControlWrite, CurrentValues } from "./plan.js";

/** The writes that carry out valid resources on cgroup v1: Documentation/admin-guide/cgroup-v1/. */
export function planV1(resources: LinuxResources, current: CurrentValues = {}): ControlWrite[] {
  const { memory, cpu, pids, blockIO, devices } = resources;
  return [
    ...(memory ? planMemory(memory, current) : []),
    ...(cpu ? planCpu(cpu, current) : []),
    ...(pids ? [write("pids", "pids.max", pids.limit > 0 ? pids.limit : "max", "pids.limit")] : []),
    ...(blockIO ? planBlkio(blockIO) : []),
    ...(devices ?? []).map(planDevice),
  ];
}

function planMemory(memory: LinuxMemory, current: CurrentValues): ControlWrite[] {
  const { limit, reservation, swap = limit, swappiness, disableOOMKiller } = memory;
  const writes: ControlWrite[] = [];
  if (limit !== undefined) {
    writes.push(write("memory", "memory.limit_in_bytes", limit, "memory.limit"));
  }
  if (swap !== undefined) {
    const both: ControlWrite = {
      ...write("memory", "memory.memsw.limit_in_bytes", limit === -1 ? -1 : swap, "memory.swap"),
      harmlessWithoutSwap: true,
    };
    // The kernel keeps memory <= memory and swap at every step: when raising, the sum goes first.
    const { memorySwap = null } = current;
    const raises = memorySwap !== null && (limit === -1 || (limit ?? 0) > memorySwap);
    if (raises) writes.unshift(both);
    else writes.push(both);
  }
  if (reservation !== undefined) {
    writes.push(write("memory", "memory.soft_limit_in_bytes", reservation, "memory.reservation"));
  }
  if (swappiness !== undefined) {
    writes.push(write("memory", "memory.swappiness", swappiness, "memory.swappiness"));
  }
  if (disableOOMKiller !== undefined) {
    const value = disableOOMKiller ? 1 : 0;
    writes.push(write("memory", "memory.oom_control", value, "memory.disableOOMKiller"));
  }
  return writes;
}

function planCpu(cpu: LinuxCPU, current: CurrentValues): ControlWrite[] {
  const { shares, quota, period, cpus, mems, idle } = cpu;
  const writes: ControlWrite[] = [];
  if (idle !== undefined) writes.push(write("cpu", "cpu.idle", idle, "cpu.idle"));
  if (shares !== undefined) writes.push(write("cpu", "cpu.shares", shares, "cpu.shares"));
  const bandwidth: ControlWrite[] = [];
  if (period !== undefined) {
    bandwidth.push(write("cpu", "cpu.cfs_period_us", period, "cpu.period"));
  }
  if (quota !== undefined) {
    bandwidth.push(write("cpu", "cpu.cfs_quota_us", quota, "cpu.quota"));
  }
  // Between the two writes the share may only be smaller than before: a parent's limit refuses a larger one.
  if (period !== undefined && current.period !== undefined && period < current.period) {
    bandwidth.reverse();
  }
  writes.push(...bandwidth);
  if (cpus !== undefined) writes.push(write("cpuset", "cpuset.cpus", cpus, "cpu.cpus"));
  if (mems !== undefined) writes.push(write("cpuset", "cpuset.mems", mems, "cpu.mems"));
  return writes;
}

const THROTTLES = [
  ["throttleReadBpsDevice", "blkio.throttle.read_bps_device"],
  ["throttleWriteBpsDevice", "blkio.throttle.write_bps_device"],
  ["throttleReadIOPSDevice", "blkio.throttle.read_iops_device"],
  ["throttleWriteIOPSDevice", "blkio.throttle.write_iops_device"],
] as const;

function planBlkio(blockIO: LinuxBlockIO): ControlWrite[] {
  const writes: ControlWrite[] = [];
  const { weight, weightDevice = [] } = blockIO;
  if (weight !== undefined) {
    writes.push({
      ...write("blkio", "blkio.weight", weight, "blockIO.weight"),
      // CFQ and its file left in Linux 5.0; BFQ takes 1 to 1000.
      otherwise: { file: "blkio.bfq.weight", value: String(weight) },
    });
  }
  for (const { major, minor, weight } of weightDevice) {
    const value = `${major}:${minor} ${weight}`;
    writes.push({
      ...write("blkio", "blkio.weight_device", value, "blockIO.weightDevice"),
      otherwise: { file: "blkio.bfq.weight_device", value },
    });
  }
  for (const [property, file] of THROTTLES) {
    for (const { major, minor, rate } of blockIO[property] ?? []) {
      writes.push(write("blkio", file, `${major}:${minor} ${rate}`, `blockIO.${property}`));
    }
  }
  return writes;
}

function planDevice(device: LinuxDeviceCgroup, index: number): ControlWrite {
  const { allow, type = "a", major = -1, minor = -1, access = "rwm" } = device;
  const number = (value: number): string => (value === -1 ? "*" : String(value));
  return write(
    "devices",
    allow ? "devices.allow" : "devices.deny",
    `${type} ${number(major)}:${number(minor)} ${access}`,
    `devices[${index}]`,
  );
}

function write(
  controller: Controller,
  file: string,
  value: string | number,
  property: string,
): ControlWrite {
  return { controller, file, value: String(value), property };
}
