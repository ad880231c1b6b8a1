import type { Readable, Writable } from "node:stream";
import { type LaunchedProcess, launch, type Plan } from "@dockher/ns";
import { resolveDirectories } from "@dockher/rootfs";
import type { Process } from "@dockher/spec";
import type { TerminalHandle } from "../container-handle.js";
import { describeContainer } from "../lifecycle/describe-container.js";
import type { ProcessOptions, StdioOption } from "../options.js";
import { compileCredentials } from "../plan/compile-credentials.js";
import { compileAttachment } from "../plan/compile-plan.js";
import { compileStdio } from "../plan/compile-stdio.js";
import type { ExitStatus } from "../result.js";
import { resolveSource } from "../source/resolve-source.js";
import { readRecord } from "../state/claim.js";
import { readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer, type KeptContainer } from "./find-container.js";
import { refuseState } from "./refuse-state.js";
import { connectTo } from "./signal-container.js";

export interface ExecOptions
  extends ContainerTarget,
    Pick<ProcessOptions, "cwd" | "env" | "terminal" | "user"> {
  command: string[];
  /** Every capability, and no seccomp filter. */
  privileged?: boolean;
  stdin?: StdioOption;
  stdout?: StdioOption;
  stderr?: StdioOption;
  /** Aborting kills the command; before the start, it undoes what was made. */
  signal?: AbortSignal;
}

/** A command that entered a container. It dies with this process. */
export interface EnteredCommand extends AsyncDisposable {
  /** In the caller's PID namespace. */
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly terminal: TerminalHandle | undefined;
  /** Sends a signal; false where it has ended. */
  kill(signal?: NodeJS.Signals | number): boolean;
  wait(): Promise<ExitStatus>;
}

/** The mount namespace comes last: until then the others' names mean something. */
const NAMESPACES = ["ipc", "uts", "network", "cgroup", "pid", "mount"] as const;

/**
 * Runs a command in a container that runs: in all its namespaces and its cgroup, with its user, capabilities, seccomp filter
 * and limits unless told otherwise.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_NOT_RUNNING`, `CONTAINER_PAUSED`; NsError `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`
 */
export async function execInContainer(options: ExecOptions): Promise<EnteredCommand> {
  const found = findContainer(options);
  const plan = await compileEntry(found, options, checkRunning(found));
  const process = await launch(plan, { signal: options.signal });
  return wrapProcess(process, options.signal);
}

/** What a command that nobody waits for has: no streams, so that it cannot be held up by who reads them. */
export type ExecDetachedOptions = Omit<
  ExecOptions,
  "signal" | "stderr" | "stdin" | "stdout" | "terminal"
>;

/**
 * Runs a command as {@link execInContainer} does, but as a child of the container's monitor: it goes on when this process ends.
 * Its output goes nowhere.
 * @returns its pid, in the monitor's PID namespace
 * @throws as {@link execInContainer}
 */
export async function execDetached(options: ExecDetachedOptions): Promise<number> {
  const found = findContainer(options);
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const plan = await compileEntry(found, { ...options, ...streams }, checkRunning(found));
  await using monitor = await connectTo(found, "enter");
  // By the descriptor that the monitor holds: the pid may be somebody else's by then.
  const namespaces = plan.namespaces.map(({ type }) => ({ type, of: "container" as const }));
  return await monitor.execDetached({ ...plan, namespaces });
}

function checkRunning(found: KeptContainer): number {
  const status = readStatus(found);
  if (status.state !== "running") throw refuseState(found.config.name, status, "enter");
  return status.pid;
}

async function compileEntry(
  { record, config }: KeptContainer,
  options: ExecOptions,
  pid: number,
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
    accountRoot: `/proc/${pid}/root`,
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
      return { type, path: `/proc/${pid}/ns/${NAMES[type]}` };
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

function selectStdio({ stdin, stdout, stderr }: ExecOptions) {
  return { ...given("stdin", stdin), ...given("stdout", stdout), ...given("stderr", stderr) };
}

function compileConsole({ terminal, consoleSize, user }: Process): Plan["steps"] {
  if (!terminal) return [];
  const { height: rows = 24, width: columns = 80 } = consoleSize ?? {};
  return [{ op: "console", rows, columns, uid: user.uid }];
}

function wrapProcess(process: LaunchedProcess, signal: AbortSignal | undefined): EnteredCommand {
  const abort = (): void => void process.kill("SIGKILL");
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const ended = process.exited.finally(() => signal?.removeEventListener("abort", abort));
  ended.catch(() => {});
  const { console: fd } = process;
  return {
    pid: process.pid,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    terminal: fd === undefined ? undefined : { fd, resize: (size) => process.resize(size) },
    kill: (name = "SIGTERM") => process.kill(name),
    async wait() {
      const exit = await ended;
      return exit.kind === "exited"
        ? { exitCode: exit.exitCode }
        : { signal: exit.signalName as NodeJS.Signals };
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
