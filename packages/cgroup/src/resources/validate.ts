import type {
  LinuxBlockIO,
  LinuxCPU,
  LinuxDeviceCgroup,
  LinuxMemory,
  LinuxPids,
  LinuxResources,
  LinuxThrottleDevice,
  LinuxWeightDevice,
} from "@dockher/spec";
import { CgroupError } from "../error.js";
import { parseCpuList } from "./cpu-list.js";

/** Range of an integer; `none` is the value that lifts the limit. */
interface Range {
  least: number;
  most: number;
  none?: number;
}

const BYTES: Range = { least: 1, most: Number.MAX_SAFE_INTEGER, none: -1 };
/** Documentation/scheduler/sched-bwc.rst: a period of 1 ms to 1 s, a quota of at least 1 ms. */
const PERIOD: Range = { least: 1000, most: 1_000_000 };
const QUOTA: Range = { least: 1000, most: 2 ** 44, none: -1 };
/** kernel/sched/sched.h: MIN_SHARES and MAX_SHARES. */
const SHARES: Range = { least: 2, most: 262_144 };
/** include/linux/threads.h: PID_MAX_LIMIT; 0 and less lift the limit. */
const PIDS: Range = { least: -1, most: 4_194_304 };
const SWAPPINESS: Range = { least: 0, most: 100 };
const BLKIO_WEIGHT: Range = { least: 10, most: 1000 };
const RATE: Range = { least: 1, most: Number.MAX_SAFE_INTEGER };
const DEVICE_NUMBER: Range = { least: 0, most: 2 ** 32 - 1, none: -1 };

/**
 * Refuses what the kernel or the OCI specification does not know, before anything is changed.
 * @throws CgroupError `INVALID_RESOURCES`, the message names the property.
 */
export function validateResources(resources: LinuxResources): void {
  const { memory, cpu, pids, blockIO, devices, unified } = pickKnown<LinuxResources>(
    resources,
    "resources",
    ["devices", "memory", "cpu", "pids", "blockIO", "unified"],
  );
  if (memory !== undefined) validateMemory(memory);
  if (cpu !== undefined) validateCpu(cpu);
  if (pids !== undefined) {
    const { limit } = pickKnown<LinuxPids>(pids, "pids", ["limit"]);
    checkInteger(limit, "pids.limit", PIDS);
  }
  if (blockIO !== undefined) validateBlockIO(blockIO);
  if (devices !== undefined) checkList(devices, "devices").forEach(validateDevice);
  if (unified !== undefined) validateUnified(unified);
}

function validateMemory(memory: LinuxMemory): void {
  const { limit, reservation, swap, swappiness, disableOOMKiller } = pickKnown<LinuxMemory>(
    memory,
    "memory",
    ["limit", "reservation", "swap", "swappiness", "disableOOMKiller"],
  );
  checkOptional(swappiness, "memory.swappiness", SWAPPINESS);
  if (disableOOMKiller !== undefined && typeof disableOOMKiller !== "boolean") {
    throw reject("memory.disableOOMKiller", disableOOMKiller, "write true or false");
  }
  checkOptional(limit, "memory.limit", BYTES);
  checkOptional(reservation, "memory.reservation", BYTES);
  checkOptional(swap, "memory.swap", BYTES);
  if (swap === undefined || swap === -1) return;
  if (limit === undefined || limit === -1) {
    throw reject(
      "memory.swap",
      swap,
      "it needs memory.limit, because it counts memory and swap together",
    );
  }
  if (swap < limit) {
    throw reject(
      "memory.swap",
      swap,
      "it counts memory and swap together, so it is at least memory.limit",
    );
  }
}

function validateCpu(cpu: LinuxCPU): void {
  const { shares, quota, period, cpus, mems, idle } = pickKnown<LinuxCPU>(cpu, "cpu", [
    "shares",
    "quota",
    "period",
    "cpus",
    "mems",
    "idle",
  ]);
  checkOptional(shares, "cpu.shares", SHARES);
  checkOptional(quota, "cpu.quota", QUOTA);
  checkOptional(period, "cpu.period", PERIOD);
  checkOptional(idle, "cpu.idle", { least: 0, most: 1 });
  if (idle === 1 && shares !== undefined) {
    throw reject("cpu.idle", idle, "an idle cgroup has no cpu.shares");
  }
  for (const [name, list] of [
    ["cpu.cpus", cpus],
    ["cpu.mems", mems],
  ] as const) {
    if (list !== undefined && (typeof list !== "string" || parseCpuList(list) === undefined)) {
      throw reject(name, list, "write a list such as 0-2,7");
    }
  }
}

const THROTTLES = [
  "throttleReadBpsDevice",
  "throttleWriteBpsDevice",
  "throttleReadIOPSDevice",
  "throttleWriteIOPSDevice",
] as const;

function validateBlockIO(blockIO: LinuxBlockIO): void {
  const known = pickKnown<LinuxBlockIO>(blockIO, "blockIO", [
    "weight",
    "weightDevice",
    ...THROTTLES,
  ]);
  checkOptional(known.weight, "blockIO.weight", BLKIO_WEIGHT);
  for (const [index, device] of checkList(
    known.weightDevice ?? [],
    "blockIO.weightDevice",
  ).entries()) {
    const at = `blockIO.weightDevice[${index}]`;
    const picked = pickKnown<LinuxWeightDevice>(device, at, ["major", "minor", "weight"]);
    checkDeviceNumber(picked, at);
    checkInteger(picked.weight, `${at}.weight`, BLKIO_WEIGHT);
  }
  for (const name of THROTTLES) {
    if (known[name] === undefined) continue;
    for (const [index, device] of checkList(known[name], `blockIO.${name}`).entries()) {
      const at = `blockIO.${name}[${index}]`;
      const picked = pickKnown<LinuxThrottleDevice>(device, at, ["major", "minor", "rate"]);
      checkDeviceNumber(picked, at);
      checkInteger(picked.rate, `${at}.rate`, RATE);
    }
  }
}

function checkDeviceNumber({ major, minor }: { major: number; minor: number }, at: string): void {
  checkInteger(major, `${at}.major`, { least: 0, most: 2 ** 32 - 1 });
  checkInteger(minor, `${at}.minor`, { least: 0, most: 2 ** 32 - 1 });
}

function validateDevice(device: LinuxDeviceCgroup, index: number): void {
  const at = `devices[${index}]`;
  const { allow, type, major, minor, access } = pickKnown<LinuxDeviceCgroup>(device, at, [
    "allow",
    "type",
    "major",
    "minor",
    "access",
  ]);
  if (typeof allow !== "boolean") throw reject(`${at}.allow`, allow, "write true or false");
  if (type !== undefined && !["a", "b", "c"].includes(type)) {
    throw reject(`${at}.type`, type, "write a, b or c");
  }
  checkOptional(major, `${at}.major`, DEVICE_NUMBER);
  checkOptional(minor, `${at}.minor`, DEVICE_NUMBER);
  if (access !== undefined && !/^(?!.*(.).*\1)[rwm]{1,3}$/.test(access)) {
    throw reject(`${at}.access`, access, "write any of r, w and m");
  }
}

function validateUnified(unified: Record<string, string>): void {
  if (typeof unified !== "object" || unified === null || Array.isArray(unified)) {
    throw reject("unified", unified, "write an object");
  }
  for (const [file, value] of Object.entries(unified)) {
    // cgroup.* is ours: a raw cgroup.procs would move processes, a raw cgroup.freeze would hang the start.
    if (!/^[a-z0-9_]+(?:\.[a-zA-Z0-9_-]+)+$/.test(file) || file.startsWith("cgroup.")) {
      throw reject(`unified["${file}"]`, value, "it is no file of a controller");
    }
    if (typeof value !== "string" || value === "") {
      throw reject(`unified["${file}"]`, value, "write a string that is not empty");
    }
  }
}

function pickKnown<T extends object>(
  value: T,
  name: string,
  known: readonly (keyof T & string)[],
): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw reject(name, value, "write an object");
  }
  for (const key of Object.keys(value)) {
    if (!(known as readonly string[]).includes(key)) {
      throw reject(
        name === "resources" ? key : `${name}.${key}`,
        (value as Record<string, unknown>)[key],
        "it is not known here",
      );
    }
  }
  return value;
}

function checkList<T>(value: readonly T[], name: string): readonly T[] {
  if (!Array.isArray(value)) throw reject(name, value, "write a list");
  return value;
}

function checkOptional(value: number | undefined, name: string, range: Range): void {
  if (value !== undefined) checkInteger(value, name, range);
}

function checkInteger(value: number, name: string, range: Range): void {
  if (range.none !== undefined && value === range.none) return;
  if (Number.isSafeInteger(value) && value >= range.least && value <= range.most) return;
  const none = range.none === undefined ? "" : `, or ${range.none} for no limit`;
  throw reject(name, value, `write a whole number from ${range.least} to ${range.most}${none}`);
}

function reject(name: string, value: unknown, reason: string): CgroupError {
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return new CgroupError(`failed to apply resources: ${name} is ${shown}: ${reason}`, {
    code: "INVALID_RESOURCES",
  });
}

/**
 * Device rules are files on v1 and a BPF program on v2, which plain file writes cannot make.
 * @throws CgroupError `CGROUP_DEVICES_UNSUPPORTED`
 */
export function refuseDevices(resources: LinuxResources): void {
  if (resources.devices === undefined) return;
  throw new CgroupError("failed to apply resources: cgroup v2 holds no device rules in files", {
    code: "CGROUP_DEVICES_UNSUPPORTED",
    hint: "leave linux.resources.devices out on cgroup v2",
  });
}

/**
 * What only the memory controller of v1 knows.
 * @throws CgroupError `CGROUP_UNSUPPORTED`, naming the property
 */
export function refuseLegacy({ memory = {} }: LinuxResources): void {
  for (const [property, hint] of [
    ["swappiness", "limit swap itself with memory.swap"],
    ["disableOOMKiller", "give the processes that are to stay a lower oom_score_adj"],
  ] as const) {
    if (memory[property] === undefined || memory[property] === false) continue;
    throw new CgroupError(`failed to set memory.${property}: cgroup v2 has no such file`, {
      code: "CGROUP_UNSUPPORTED",
      hint,
    });
  }
}

/**
 * Raw files are v2's.
 * @throws CgroupError `CGROUP_UNSUPPORTED`
 */
export function refuseUnified(resources: LinuxResources): void {
  if (resources.unified === undefined) return;
  throw new CgroupError("failed to apply resources: resources.unified needs cgroup v2", {
    code: "CGROUP_UNSUPPORTED",
    hint: "write the limit as memory, cpu, pids or blockIO",
  });
}
