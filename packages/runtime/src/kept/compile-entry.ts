import { readFileSync } from "node:fs";
import type { ContainerProcess, Plan } from "@dockher/ns";
import { type ProcessIdentity, resolveDirectories } from "@dockher/rootfs";
import type { Process } from "@dockher/spec";
import { describeProcess } from "../lifecycle/describe-container.js";
import type { ProcessOptions, StdioOption } from "../options.js";
import { compileCredentials } from "../plan/compile-credentials.js";
import { compileAttachment, locateUser } from "../plan/compile-plan.js";
import { compileStdio } from "../plan/compile-stdio.js";
import { resolveSource } from "../source/resolve-source.js";
import { listShared } from "../spec/select-namespaces.js";
import { readRecord } from "../state/claim.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import type { ContainerTarget, KeptContainer } from "./find-container.js";
import { readHostname } from "./read-hostname.js";

/** What runs in a container beside its own command. */
export interface EntryOptions
  extends Pick<ContainerTarget, "directories">,
    Pick<ProcessOptions, "cwd" | "env" | "terminal" | "user"> {
  command: string[];
  /** Every capability, and no seccomp filter. */
  privileged?: boolean;
  stdin?: StdioOption;
  stdout?: StdioOption;
  stderr?: StdioOption;
}

/** What is entered: the container's first process, or without one whatever its monitor runs when the plan is carried out. */
export interface Entered {
  first?: ProcessIdentity;
  userNamespace: UserNamespace;
}

export interface CompileEntryOptions extends EntryOptions {
  entered: Entered;
}

const NAMESPACES = ["user", "ipc", "uts", "network", "cgroup", "pid", "mount"] as const;

/**
 * The plan of a command that enters a container.
 * @throws RuntimeError `USER_NOT_FOUND` and the like
 */
export async function compileEntry(
  found: KeptContainer,
  options: CompileEntryOptions,
): Promise<Plan> {
  const { record, config } = found;
  const directories = resolveDirectories(options.directories ?? {});
  const { privileged = false, entered } = options;
  const { first, userNamespace } = entered;
  const { entrypoint: _, terminal: __, ...own } = config.options;
  const described = {
    ...own,
    directories,
    command: options.command,
    entrypoint: [],
    env: { ...own.env, ...options.env },
    ...given("user", options.user),
    ...given("cwd", options.cwd),
    ...given("terminal", options.terminal),
    ...(privileged ? { privileged, noNewPrivileges: own.noNewPrivileges ?? true } : {}),
  };
  const source = await resolveSource(described);
  const { process, filter } = await describeProcess({
    options: described,
    source,
    // As the container has them now: users may have been added.
    accountRoot: first && `/proc/${first.pid}/root`,
    userNamespace,
    hostname: readHostname(found, directories),
  });
  const cgroup = readRecord(record, "cgroup");
  const shared = new Set<string>([
    ...listShared(config.options),
    ...(userNamespace.type === "host" ? ["user"] : []),
  ]);
  return {
    args: process.args,
    env: process.env ?? [],
    umask: process.user.umask ?? 0o022,
    oomScoreAdj: selectOomScore(process, entered),
    namespaces: NAMESPACES.filter((type) => !shared.has(type)).map((type) => {
      return { type, of: "container" as const };
    }),
    ...(first === undefined ? {} : { container: toContainerProcess(first) }),
    ...(cgroup === undefined ? {} : compileAttachment(JSON.parse(cgroup))),
    stdio: compileStdio({ ...described, ...selectStdio(options) }),
    stdioOwner: locateUser(process.user, userNamespace),
    steps: [
      ...compileConsole(process, userNamespace),
      { op: "chdir", path: process.cwd },
      ...compileCredentials({ process, filter, userNamespace }),
    ],
  };
}

function toContainerProcess({ pid, startTime }: ProcessIdentity): ContainerProcess {
  return { pid, startTicks: Number(startTime) };
}

function given<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}

function selectStdio({ stdin, stdout, stderr }: EntryOptions) {
  return { ...given("stdin", stdin), ...given("stdout", stdout), ...given("stderr", stderr) };
}

function compileConsole(
  { terminal, consoleSize, user }: Process,
  userNamespace: UserNamespace,
): Plan["steps"] {
  if (!terminal) return [];
  const { height: rows = 24, width: columns = 80 } = consoleSize ?? {};
  return [{ op: "console", rows, columns, uid: locateUser(user, userNamespace).uid }];
}

/** Without root nobody goes below the monitor's own, which the container has. */
function selectOomScore({ oomScoreAdj = 0 }: Process, { first, userNamespace }: Entered): number {
  if (first === undefined || userNamespace.type !== "rootless") return oomScoreAdj;
  return Math.max(oomScoreAdj, Number(readFileSync(`/proc/${first.pid}/oom_score_adj`, "utf8")));
}
