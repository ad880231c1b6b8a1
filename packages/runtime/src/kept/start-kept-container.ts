import type { CgroupLocation } from "@dockher/cgroup";
import { type ContainerCgroup, type Plan, type Stdio, startMonitor } from "@dockher/ns";
import { type OverlayUpper, resolveDirectories, type StoreDirectories } from "@dockher/rootfs";
import { describeJournal } from "../events/journal.js";
import { describeContainer } from "../lifecycle/describe-container.js";
import { explainLaunchFailure } from "../lifecycle/explain-launch-failure.js";
import { joinContainers } from "../lifecycle/join-containers.js";
import { prepareCgroup } from "../lifecycle/prepare-cgroup.js";
import { prepareRoot } from "../lifecycle/prepare-root.js";
import { UndoList } from "../lifecycle/undo-list.js";
import { wrapSystemError } from "../lifecycle/wrap-system-error.js";
import { compilePlan } from "../plan/compile-plan.js";
import { resolveSource } from "../source/resolve-source.js";
import type { ContainerConfig } from "./container-config.js";
import { isLive, readStatus } from "./container-status.js";
import { type ContainerTarget, findContainer, type KeptContainer } from "./find-container.js";
import { compileHealthcheck } from "./healthcheck.js";
import { holdUserNamespace } from "./hold-user-namespace.js";
import { lockContainer } from "./lock-container.js";
import { refusePaused } from "./refuse-state.js";
import { releaseResources } from "./release-resources.js";

/** What is counted, and what updateContainer() may limit in a container that runs; `blkio` is v1's name of `io`. */
const CONTROLLERS = [
  "memory",
  "pids",
  "cpuacct",
  "freezer",
  "cpu",
  "cpuset",
  "blkio",
  "io",
] as const;

export interface StartOptions extends ContainerTarget {
  /** How long what it writes waits for the first who attaches. Default not at all. */
  holdMilliseconds?: number;
  signal?: AbortSignal;
}

/**
 * Starts a container that was created or has ended, below a monitor of its own, which survives this process. One that runs is
 * left as it is, as in Docker.
 * @throws RuntimeError, NsError, each with a stable code; `COMMAND_NOT_FOUND` and `COMMAND_NOT_EXECUTABLE` among them
 */
export async function startKeptContainer(options: StartOptions): Promise<void> {
  const found = findContainer(options);
  using _ = await lockContainer(found, options);
  const status = readStatus(found);
  if (status.state === "paused") throw refusePaused(found.config.name, "start");
  if (isLive(status)) return;
  const undo = new UndoList();
  try {
    await start(found, options, undo);
  } catch (cause) {
    await undo.run();
    throw wrapSystemError(cause, { action: "start the container" });
  }
}

async function start(
  found: KeptContainer,
  { directories: given = {}, holdMilliseconds, signal }: StartOptions,
  undo: UndoList,
): Promise<void> {
  const { record, directory, config } = found;
  // What the last run left, where its end was seen by nobody.
  await releaseResources(record);
  const { mounts, finishCommand } = config;
  const directories = resolveDirectories(given);
  const options = { ...config.options, directories };
  const source = await resolveSource(options);
  undo.push(() => releaseResources(record));
  using held = await holdUserNamespace({ record, config, signal });
  const { userNamespace } = held;
  using joined = joinContainers(options);
  const { spec, filter } = await describeContainer({
    options,
    id: record.id,
    source,
    mounts,
    userNamespace,
    joined,
  });
  const root = await prepareRoot({
    source,
    directory,
    upper: selectUpper(config),
    spec,
    options,
    userNamespace,
    joined,
  });
  const cgroup = await prepareCgroup({
    record,
    spec,
    options,
    userNamespace,
    undo,
    controllers: CONTROLLERS,
  });
  const plan = compilePlan({
    spec,
    root,
    userNamespace,
    cgroup: cgroup?.location,
    filter,
    stdio: compileKeptStdio(config),
    init: options.init ?? true,
  });
  signal?.throwIfAborted();
  await startMonitor({
    plan,
    directory,
    log: config.log,
    stdin: config.openStdin ? "once" : "none",
    stop: { signal: config.stopSignal, timeoutMilliseconds: config.stopTimeout },
    restart: config.restart,
    holdMilliseconds,
    healthcheck: await compileHealthcheck(found, { directories, userNamespace }),
    journal: describeJournal(directories.root, config),
    heldDescriptor: held.descriptor,
    ...(cgroup === undefined ? {} : { cgroup: describeCgroup(cgroup.location) }),
    exitCommand: {
      args: [...finishCommand, directories.root, record.id],
      env: describeFinishEnvironment(directories),
    },
    signal,
  }).catch((error: unknown) => {
    throw explainLaunchFailure(error, { plan, userNamespace: userNamespace.type });
  });
}

/** Without root, a home has to be there to have a cache in, and newuidmap(1) may lie where only PATH says. */
function describeFinishEnvironment({ root }: StoreDirectories): string[] {
  const { HOME = root, PATH } = process.env;
  return [`HOME=${HOME}`, ...(PATH === undefined ? [] : [`PATH=${PATH}`])];
}

/** What the container writes stays until it is removed, so it is synced. */
function selectUpper({ options: { source } }: ContainerConfig): OverlayUpper {
  return source.rootfs === undefined && source.upper === "memory"
    ? { type: "memory" }
    : { type: "disk", lifetime: "container" };
}

function compileKeptStdio({ options, openStdin }: ContainerConfig): Plan["stdio"] {
  if (options.terminal !== undefined) {
    return [{ kind: "console" }, { kind: "console" }, { kind: "console" }];
  }
  const stdin: Stdio = openStdin ? { kind: "pipe" } : { kind: "null" };
  return [stdin, { kind: "pipe" }, { kind: "pipe" }];
}

/** The files of the container's cgroup that its monitor reads and writes. */
function describeCgroup(location: CgroupLocation): ContainerCgroup {
  if (location.version === 2) {
    const { directory, controllers } = location;
    return {
      ...(controllers.includes("memory") ? { oomCounter: `${directory}/memory.events` } : {}),
      kill: {
        version: 2,
        procs: `${directory}/cgroup.procs`,
        kill: `${directory}/cgroup.kill`,
      },
      frozen: `${directory}/cgroup.freeze`,
    };
  }
  const { directories } = location;
  const [any] = Object.values(directories);
  const { memory, pids = any, freezer } = directories;
  const state = freezer === undefined ? undefined : `${freezer}/freezer.state`;
  return {
    ...(memory === undefined ? {} : { oomCounter: `${memory}/memory.oom_control` }),
    frozen: state,
    ...(pids === undefined
      ? {}
      : {
          kill: {
            version: 1,
            procs: `${pids}/cgroup.procs`,
            freezer: state,
          },
        }),
  };
}
