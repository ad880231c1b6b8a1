import type { LinuxCPU } from "@dockher/spec";
import { readControl } from "../control-file.js";
import { CgroupError } from "../error.js";
import { parseCpuList } from "./cpu-list.js";

const FILES = {
  1: { cpus: "cpuset.cpus", mems: "cpuset.mems" },
  2: { cpus: "cpuset.cpus.effective", mems: "cpuset.mems.effective" },
} as const;

/**
 * Refuses processors and memory nodes that the parent cgroup does not have: v2 takes them without a word and
 * falls back to all of the parent's.
 * @throws CgroupError `CGROUP_VALUE_REFUSED`
 */
export function checkCpuset(cpu: LinuxCPU, parent: { version: 1 | 2; directory: string }): void {
  for (const name of ["cpus", "mems"] as const) {
    const wanted = cpu[name];
    if (wanted === undefined) continue;
    const available = readControl(parent.directory, FILES[parent.version][name])?.trim();
    const present = available === undefined ? undefined : parseCpuList(available);
    if (present === undefined) continue;
    for (const member of parseCpuList(wanted) ?? []) {
      if (present.has(member)) continue;
      throw new CgroupError(`failed to set cpu.${name} to ${wanted}: there is no ${member} here`, {
        code: "CGROUP_VALUE_REFUSED",
        hint: `this machine, or the outer cgroup, has ${available}`,
      });
    }
  }
}
