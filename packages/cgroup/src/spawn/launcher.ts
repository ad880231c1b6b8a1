import type { SpawnOptions } from "node:child_process";
import { CgroupError } from "../error.js";

/** What the launcher writes to its status pipe when it is about to become the program. */
export const READY = "ready\n";

export interface Launcher {
  file: string;
  args: readonly string[];
  stdio: NonNullable<Exclude<SpawnOptions["stdio"], string>>;
  /** The index of the status pipe in `stdio`. */
  statusFd: number;
}

interface LauncherRequest {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  stdio: SpawnOptions["stdio"];
  /** Open, writable cgroup.procs files. */
  procsFds: readonly number[];
}

/** A POSIX shell redirects only descriptors of one digit. */
const LAST_FD = 9;

/**
 * A shell that moves itself into the cgroups and then becomes the program, with the same pid. It gets the files open:
 * the kernel asks for the rights of the opener, so `uid` and `gid` may drop ours. The program's own words are
 * arguments of the shell, never part of its script.
 * @throws CgroupError `INVALID_STDIO`, `INVALID_COMMAND`
 */
export function makeLauncher({ argv, env, stdio, procsFds }: LauncherRequest): Launcher {
  const own = normalizeStdio(stdio);
  const statusFd = own.length;
  const lastFd = statusFd + procsFds.length;
  if (lastFd > LAST_FD) {
    throw new CgroupError(`failed to start ${argv[0]}: stdio has ${own.length} entries`, {
      code: "INVALID_STDIO",
      hint: `there is room for ${LAST_FD - procsFds.length} here`,
    });
  }
  const procs = procsFds.map((_, index) => statusFd + 1 + index);
  const joins = procs.map((fd) => `echo 0 >&${fd} 2>&${statusFd}`);
  const closes = [statusFd, ...procs].map((fd) => `${fd}>&-`);
  const script = [...joins, `echo ready >&${statusFd}`, `exec "$@" ${closes.join(" ")}`];
  return {
    file: "/bin/sh",
    args: ["-c", script.join(" && "), "sh", ...keepNames(argv, env)],
    stdio: [...own, "pipe", ...procsFds],
    statusFd,
  };
}

function normalizeStdio(stdio: SpawnOptions["stdio"]): Launcher["stdio"] {
  const list = Array.isArray(stdio) ? [...stdio] : [stdio, stdio, stdio];
  while (list.length < 3) list.push("pipe");
  return list.map((entry) => entry ?? "pipe") as Launcher["stdio"];
}

/** A shell drops variables whose names it could not use, such as `INPUT_FETCH-DEPTH`; env(1) brings them back. */
function keepNames(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const dropped = Object.entries(env).filter(
    ([name, value]) => value !== undefined && !/^[A-Za-z_]\w*$/.test(name),
  );
  if (dropped.length === 0) return argv;
  if (argv[0]?.includes("=")) {
    throw new CgroupError(`failed to start ${argv[0]}: env(1) would take it for a variable`, {
      code: "INVALID_COMMAND",
      hint: `remove ${dropped[0]?.[0]} from the environment, or rename the program`,
    });
  }
  return ["/usr/bin/env", "--", ...dropped.map(([name, value]) => `${name}=${value}`), ...argv];
}
