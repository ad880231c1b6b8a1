import type { HostCheck } from "./host-report.js";
import { type Machine, readField } from "./machine.js";

const CAP_SYS_ADMIN = 21n;

/** Who we are, and whether root here is root: inside another container it mostly is not. */
export function checkPrivilege(machine: Machine): HostCheck {
  const name = "privilege";
  if (machine.uid !== 0) return { name, status: "ok", detail: "running without root" };
  const effective = readField(machine, "/proc/self/status", "CapEff") ?? "0";
  if ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) {
    return { name, status: "ok", detail: "running as root" };
  }
  return {
    name,
    status: "missing",
    detail: "running as root, but without CAP_SYS_ADMIN",
    fix: "run it as root of the machine; inside another container, run that one with --privileged, or Dockher as a user in it",
  };
}
