import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { CgroupError } from "../error.js";
import { waitUntil } from "../wait.js";

export interface EnterScopeOptions {
  /** Where `/run` lies, so that a test can lay out a machine in a directory. */
  root?: string;
  env?: Readonly<Record<string, string | undefined>>;
  uid?: number;
}

/** systemd answers within milliseconds; where it cannot move us, it says so to its log alone. */
const MOVE_TIMEOUT_MS = 5000;

/**
 * Has the user's systemd move this process into a new scope that is delegated to the user: org.freedesktop.systemd1(5),
 * StartTransientUnit. The scope ends with the last process in it.
 * @throws CgroupError `CGROUP_NOT_DELEGATED` where there is no systemd to ask, or it cannot
 */
export async function enterScope(options: EnterScopeOptions = {}): Promise<void> {
  const env = describeBus(options);
  const before = readOwnCgroups();
  const unit = `dockher-${process.pid}-${Date.now()}.scope`;
  const manager = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1"];
  const call = [...manager, "org.freedesktop.systemd1.Manager", "StartTransientUnit"];
  const properties = ["2", "PIDs", "au", "1", String(process.pid), "Delegate", "b", "true"];
  const words = ["ssa(sv)a(sa(sv))", unit, "fail", ...properties, "0"];
  try {
    await promisify(execFile)("busctl", ["--user", "call", ...call, ...words], {
      env: { ...process.env, ...env },
    });
    await waitUntil({
      action: "move into the scope",
      reached: () => readOwnCgroups() !== before,
      timeoutMs: MOVE_TIMEOUT_MS,
    });
  } catch (cause) {
    throw refuse(describeFailure(cause), {
      hint: `see what it says: journalctl --user -u ${unit}`,
      cause,
    });
  }
}

/** Whether there is a systemd of the user's to ask. */
export function hasUserBus(options: EnterScopeOptions = {}): boolean {
  try {
    describeBus(options);
    return true;
  } catch {
    return false;
  }
}

/** The environment that finds the user's bus; su(1) and sudo(8) leave it out. */
function describeBus(options: EnterScopeOptions): Record<string, string> {
  const { root = "", env = process.env, uid = process.geteuid?.() ?? 0 } = options;
  if (!existsSync(`${root}/run/systemd/system`)) {
    throw refuse("this machine does not run systemd", {});
  }
  const runtime = env["XDG_RUNTIME_DIR"] || `/run/user/${uid}`;
  const address = env["DBUS_SESSION_BUS_ADDRESS"];
  if (address) return { XDG_RUNTIME_DIR: runtime, DBUS_SESSION_BUS_ADDRESS: address };
  if (!existsSync(root + runtime)) {
    throw refuse("no systemd runs for this user", { hint: "sudo loginctl enable-linger $USER" });
  }
  if (!existsSync(`${root}${runtime}/bus`)) {
    throw refuse("the user's systemd has no bus", {
      hint: "sudo apt-get install dbus-user-session, then log in again",
    });
  }
  return { XDG_RUNTIME_DIR: runtime };
}

function readOwnCgroups(): string {
  return readFileSync("/proc/self/cgroup", "utf8");
}

function describeFailure(cause: unknown): string {
  const { code, stderr } = cause as { code?: unknown; stderr?: string };
  if (code === "ENOENT") return "busctl is not installed";
  return stderr?.trim().split("\n")[0] || "it did not move the process";
}

function refuse(reason: string, options: { hint?: string; cause?: unknown }): CgroupError {
  return new CgroupError(
    `failed to get a delegated cgroup, which limits need without root: ${reason}`,
    {
      code: "CGROUP_NOT_DELEGATED",
      ...options,
    },
  );
}
