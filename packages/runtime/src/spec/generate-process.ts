import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  DEFAULT_PATH,
  type ImageConfig,
  type LinuxCapabilities,
  type Process,
  selectCapabilities,
} from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";
import { type ReadAccountFile, resolveGroups, resolveUser } from "../user/resolve-user.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { generateRlimits } from "./generate-rlimits.js";
import { listGrantableCapabilities } from "./held-capabilities.js";

export interface GenerateProcessOptions {
  options: ContainerOptions;
  /** What the image says; empty for a root filesystem. */
  config: ImageConfig;
  readAccountFile: ReadAccountFile;
  userNamespace: UserNamespace;
  /** What the container is called inside. */
  hostname: string;
}

/**
 * The process of a container, its own or one that enters it: Docker's defaults, the image's wishes, then the caller's.
 * @throws RuntimeError or SpecError for the first option that cannot be meant
 */
export function generateProcess(given: GenerateProcessOptions): Process {
  const { options, config, userNamespace, readAccountFile } = given;
  const user = resolveUser(options.user ?? config.User ?? "", readAccountFile);
  user.additionalGids.push(...resolveGroups(options.groupAdd ?? [], readAccountFile));
  const { home, ...ids } = user;
  return {
    ...(options.terminal === undefined
      ? {}
      : {
          terminal: true,
          consoleSize: { height: options.terminal.rows, width: options.terminal.columns },
        }),
    user: { ...ids, umask: 0o022 },
    args: selectArgs(options, config),
    env: mergeEnvironment(given, home),
    cwd: chooseDirectory(options.cwd ?? (config.WorkingDir || "/")),
    capabilities: generateCapabilities(given, ids.uid),
    rlimits: generateRlimits(options.ulimits ?? {}),
    noNewPrivileges: options.noNewPrivileges ?? !options.privileged,
    oomScoreAdj: chooseOomScore(options.oomScoreAdj ?? 0, userNamespace),
  };
}

function selectArgs(options: ContainerOptions, config: ImageConfig): string[] {
  const entrypoint = options.entrypoint ?? config.Entrypoint ?? [];
  // As in Docker, an entrypoint of the caller's does away with the image's command.
  const command = options.command ?? (options.entrypoint === undefined ? (config.Cmd ?? []) : []);
  const args = [...entrypoint, ...command];
  if (args.length === 0) {
    throw new RuntimeError("failed to create the container: there is no command", {
      code: "NO_COMMAND",
      hint: "name a command: the image has none of its own",
    });
  }
  return args;
}

/**
 * Without a final slash, and what else says nothing. Where `..` leads the kernel knows, behind what may be a link; what is not
 * absolute is refused later.
 */
function chooseDirectory(path: string): string {
  return path.startsWith("/") && !path.split("/").includes("..") ? resolve(path) : path;
}

/** Docker's order: its own defaults, the image's, the caller's; HOME from the image's account file. */
function mergeEnvironment(given: GenerateProcessOptions, home: string | undefined): string[] {
  const { options, config, hostname } = given;
  const own = { PATH: DEFAULT_PATH, HOSTNAME: hostname, HOME: home ?? "/" };
  const terminal = options.terminal === undefined ? {} : { TERM: "xterm" };
  return joinEnvironment({ defaults: { ...own, ...terminal }, config, options });
}

export interface JoinEnvironmentOptions {
  /** What the image and the caller may replace. */
  defaults: Readonly<Record<string, string>>;
  config: Pick<ImageConfig, "Env">;
  options: Pick<ContainerOptions, "env">;
}

/** Each variable once, with what is said last of it. */
export function joinEnvironment({ defaults, config, options }: JoinEnvironmentOptions): string[] {
  const merged = new Map(Object.entries(defaults));
  for (const line of config.Env ?? []) {
    const equals = line.indexOf("=");
    if (equals > 0) merged.set(line.slice(0, equals), line.slice(equals + 1));
  }
  for (const [name, value] of Object.entries(options.env ?? {})) merged.set(name, value);
  return [...merged].map(([name, value]) => `${name}=${value}`);
}

/** Inheritable and ambient stay empty (CVE-2022-24769); a user other than root holds none until it execs a file with some. */
function generateCapabilities(
  { options, userNamespace }: GenerateProcessOptions,
  uid: number,
): LinuxCapabilities {
  const bounding = selectCapabilities({
    add: options.privileged ? ["ALL", ...(options.capAdd ?? [])] : (options.capAdd ?? []),
    drop: options.capDrop ?? [],
    held: listGrantableCapabilities(userNamespace.type),
  });
  const held = uid === 0 ? bounding : [];
  return { bounding, effective: held, permitted: held, inheritable: [], ambient: [] };
}

/** proc(5): without CAP_SYS_RESOURCE on the host, nobody lowers what the caller has. */
function chooseOomScore(wanted: number, userNamespace: UserNamespace): number {
  if (userNamespace.type !== "rootless") return wanted;
  return Math.max(wanted, Number(readFileSync("/proc/self/oom_score_adj", "utf8")));
}
