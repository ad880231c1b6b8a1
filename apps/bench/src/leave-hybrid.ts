import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { constants } from "node:os";

const UNIFIED = "/sys/fs/cgroup/unified";

/** crun refuses a v1 host whose v2 hierarchy has controllers, even with its control groups off. */
function isRefusedByCrun(): boolean {
  try {
    return readFileSync(`${UNIFIED}/cgroup.controllers`, "utf8").trim() !== "";
  } catch {
    return false;
  }
}

/**
 * Runs this program again where the v2 hierarchy of a hybrid host is not mounted, in a mount namespace of its own.
 * @returns its exit code, or undefined where this host needs no such thing or cannot do it.
 */
export async function leaveHybrid(argv: readonly string[]): Promise<number | undefined> {
  if (!isRefusedByCrun()) return undefined;
  const child = spawn(
    "unshare",
    [
      ...["--mount", "--", "sh", "-c", 'umount "$0" && exec "$@"', UNIFIED],
      ...[process.execPath, ...process.execArgv, ...argv],
    ],
    { stdio: "inherit" },
  );
  // The inner one cleans up, and then this one ends with its exit code.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => child.kill(name));
  try {
    const [code, signal] = await once(child, "exit");
    return code ?? 128 + constants.signals[signal as NodeJS.Signals];
  } catch {
    return undefined;
  }
}
