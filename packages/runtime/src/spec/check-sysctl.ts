import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";

/** Those of the IPC namespace: ipc_namespaces(7), and what runc allows. */
const IPC = new Set([
  "kernel.msgmax",
  "kernel.msgmnb",
  "kernel.msgmni",
  "kernel.sem",
  "kernel.shmall",
  "kernel.shmmax",
  "kernel.shmmni",
  "kernel.shm_rmid_forced",
]);

/**
 * Refuses what is not the container's own: it would change the host.
 * @throws RuntimeError `INVALID_SYSCTL`
 */
export function checkSysctl({
  sysctl = {},
  network,
  ipc,
  uts,
}: Pick<ContainerOptions, "ipc" | "network" | "sysctl" | "uts">): void {
  for (const name of Object.keys(sysctl)) {
    const refuse = (reason: string): RuntimeError =>
      new RuntimeError(`failed to set ${name}: ${reason}`, {
        code: "INVALID_SYSCTL",
        hint: "only net.…, kernel.msg…, kernel.sem, kernel.shm…, kernel.domainname and fs.mqueue.… are a container's own",
      });
    if (!/^[a-z0-9_]+(?:[./][A-Za-z0-9_*-]+)+$/.test(name)) throw refuse("it is no name");
    if (name.startsWith("net.")) {
      if (network === "host") throw refuse("the container shares the host's network");
      if (typeof network === "object") throw refuse("the network is another container's");
    } else if (IPC.has(name) || name.startsWith("fs.mqueue.")) {
      if (ipc === "host") throw refuse("the container shares the host's IPC namespace");
      if (typeof ipc === "object") throw refuse("the IPC namespace is another container's");
    } else if (name === "kernel.domainname") {
      if (uts === "host") throw refuse("the container shares the host's name");
    } else {
      throw refuse("it belongs to the host");
    }
  }
}
