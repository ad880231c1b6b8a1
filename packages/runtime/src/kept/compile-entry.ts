import type { Plan } from "@dockher/ns";
import { resolveDirectories } from "@dockher/rootfs";
import type { Process } from "@dockher/spec";
import { describeContainer } from "../lifecycle/describe-container.js";
import type { ProcessOptions, StdioOption } from "../options.js";
import { compileCredentials } from "../plan/compile-credentials.js";
import { compileAttachment } from "../plan/compile-plan.js";
import { compileStdio } from "../plan/compile-stdio.js";
import { resolveSource } from "../source/resolve-source.js";
import { readRecord } from "../state/claim.js";
import type { ContainerTarget, KeptContainer } from "./find-container.js";

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

/** The mount namespace comes last: until then the others' names mean something. */
const NAMESPACES = ["ipc", "uts", "network", "cgroup", "pid", "mount"] as const;

/**
 * The plan of a command that enters a container: by its first process where that is known, else by the monitor that holds it.
 * @throws RuntimeError `USER_NOT_FOUND` and the like
 */
export async function compileEntry(
  { record, config }: KeptContainer,
  options: EntryOptions,
  pid?: number,
): Promise<Plan> {
  const directories = resolveDirectories(options.directories ?? {});
  const { privileged = false } = options;
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
  const { spec, filter } = await describeContainer({
    options: described,
    id: record.id,
    source,
    // As the container has them now: users may have been added.
    ...(pid === undefined ? {} : { accountRoot: `/proc/${pid}/root` }),
    mounts: config.mounts,
    userNamespace: { type: "host" },
  });
  const { process } = spec;
  const cgroup = readRecord(record, "cgroup");
  const shared = config.options.network === "host" ? "network" : undefined;
  return {
    args: process.args,
    env: process.env ?? [],
    umask: process.user.umask ?? 0o022,
    namespaces: NAMESPACES.filter((type) => type !== shared).map((type) => {
      return pid === undefined
        ? { type, of: "container" as const }
        : { type, path: `/proc/${pid}/ns/${NAMES[type]}` };
    }),
    ...(cgroup === undefined ? {} : compileAttachment(JSON.parse(cgroup))),
    stdio: compileStdio({ ...described, ...selectStdio(options) }),
    stdioOwner: { uid: process.user.uid, gid: process.user.gid },
    steps: [
      { op: "oom-score-adj", value: process.oomScoreAdj ?? 0 },
      ...compileConsole(process),
      { op: "chdir", path: process.cwd },
      ...compileCredentials({ process, filter, userNamespace: { type: "host" } }),
    ],
  };
}

/** The files of /proc/PID/ns. */
const NAMES = {
  ipc: "ipc",
  uts: "uts",
  network: "net",
  cgroup: "cgroup",
  pid: "pid",
  mount: "mnt",
} as const;

function given<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}

function selectStdio({ stdin, stdout, stderr }: EntryOptions) {
  return { ...given("stdin", stdin), ...given("stdout", stdout), ...given("stderr", stderr) };
}

function compileConsole({ terminal, consoleSize, user }: Process): Plan["steps"] {
  if (!terminal) return [];
  const { height: rows = 24, width: columns = 80 } = consoleSize ?? {};
  return [{ op: "console", rows, columns, uid: user.uid }];
}
