import type { LinuxIDMapping } from "@dockher/spec";

/** The text of /proc/PID/uid_map or gid_map: user_namespaces(7). */
export function parseIdMap(text: string): LinuxIDMapping[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/gm)].map(([, inside, outside, size]) => ({
    containerID: Number(inside),
    hostID: Number(outside),
    size: Number(size),
  }));
}
