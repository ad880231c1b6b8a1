import { mkdirSync } from "node:fs";
import { type OverlayUpper, removeTree, resolveDirectories } from "@dockher/rootfs";
import type { Container } from "../container-handle.js";
import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";
import { compilePlan } from "../plan/compile-plan.js";
import { compileStdio } from "../plan/compile-stdio.js";
import { resolveSource } from "../source/resolve-source.js";
import { listJoined } from "../spec/select-namespaces.js";
import {
  claimContainer,
  createRecord,
  locateContainer,
  locateState,
  settleClaim,
  writeRecord,
} from "../state/claim.js";
import { checkContainerName } from "../state/container-id.js";
import { sweepContainers } from "../state/sweep.js";
import { chooseUserNamespace } from "../user-namespace/user-namespace.js";
import { nameVolumes } from "../volumes/name-volumes.js";
import { locateVolumes } from "../volumes/volume-layout.js";
import { checkTimeout } from "./check-timeout.js";
import { describeContainer } from "./describe-container.js";
import { explainLaunchFailure } from "./explain-launch-failure.js";
import type { JoinedContainers } from "./join-containers.js";
import { launchContainer } from "./launch-container.js";
import { openUserNamespace, recordIds } from "./open-user-namespace.js";
import { prepareCgroup } from "./prepare-cgroup.js";
import { prepareRoot } from "./prepare-root.js";
import { RunningContainer } from "./running-container.js";
import { UndoList } from "./undo-list.js";
import { wrapSystemError } from "./wrap-system-error.js";

/**
 * Creates a container and starts its command.
 * A start that fails leaves nothing behind: what was made is undone, last first.
 * @throws RuntimeError, CgroupError, RootfsError or SpecError, each with a stable code: `COMMAND_NOT_FOUND` and
 * `COMMAND_NOT_EXECUTABLE` where the command itself is the reason; the signal's reason where it was aborted
 */
export async function startContainer(options: ContainerOptions): Promise<Container> {
  return startRunningContainer(options);
}

/** As {@link startContainer}, for those inside who may end the container for a reason of Dockher's own. */
export async function startRunningContainer(options: ContainerOptions): Promise<RunningContainer> {
  const undo = new UndoList();
  try {
    return await start(options, undo);
  } catch (cause) {
    const error = wrapSystemError(cause, { action: "create the container" });
    const failures = await undo.run();
    if (failures.length === 0) throw error;
    throw new RuntimeError(
      `${(error as Error).message}; undoing it failed too: ${(failures[0] as Error).message}`,
      {
        code: "UNDO_FAILED",
        hint: "the next start removes what is left",
        cause: new AggregateError([error, ...failures]),
      },
    );
  }
}

async function start(options: ContainerOptions, undo: UndoList): Promise<RunningContainer> {
  const signal = options.signal ?? options.startSignal;
  signal?.throwIfAborted();
  const namespaceType = chooseUserNamespace(options);
  if (options.name !== undefined) checkContainerName(options.name);
  if (options.timeout !== undefined) checkTimeout(options.timeout);
  const directories = resolveDirectories(options.directories ?? {});
  const state = locateState(directories.root);
  await sweepContainers(state);
  const source = await resolveSource({ ...options, directories });

  const userNamespace = openUserNamespace(namespaceType, undo);
  const record = createRecord(state);
  const layout = locateVolumes(directories);
  const mounts = nameVolumes({
    mounts: options.mounts ?? [],
    declared: source.config.Volumes,
    layout,
  });
  using joined = await join({ ...options, directories });
  const { spec, filter } = await describeContainer({
    options,
    id: record.id,
    source,
    mounts,
    userNamespace,
    joined,
  });
  signal?.throwIfAborted();

  undo.push((failures) => settleClaim(record, failures));
  claimContainer(record, options.name);
  recordIds(record, userNamespace);
  const directory = locateContainer(record);
  if (source.type === "image") {
    writeRecord(record, "image", source.image.id);
    mkdirSync(directory, { mode: 0o700 });
    undo.push(() => removeTree(directory));
  }
  const upper: OverlayUpper =
    source.type === "image" && source.upper === "memory"
      ? { type: "memory" }
      : { type: "disk", lifetime: "run" };
  const root = await prepareRoot({
    source,
    directory,
    upper,
    spec,
    options,
    userNamespace,
    joined,
  });
  const volumes = mounts.filter((mount) => mount.type === "volume");
  if (volumes.length > 0) {
    // Loaded where it is used: most containers have none.
    const { prepareVolumes } = await import("../volumes/prepare-volumes.js");
    await prepareVolumes({ mounts: volumes, layout, record, source, userNamespace, undo, signal });
  }
  const cgroup = await prepareCgroup({ record, spec, options, userNamespace, undo });
  const plan = compilePlan({
    spec,
    root,
    userNamespace,
    cgroup: cgroup?.location,
    filter,
    stdio: compileStdio(options),
    init: options.init ?? true,
  });
  signal?.throwIfAborted();
  const process = await launchContainer({ plan, userNamespace, signal: options.signal }).catch(
    (error: unknown) => {
      options.signal?.throwIfAborted();
      throw explainLaunchFailure(error, { plan, userNamespace: userNamespace.type });
    },
  );
  return new RunningContainer({ record, options, process, cgroup, undo });
}

/** Loaded where it is used: most containers join no other. */
async function join(options: ContainerOptions): Promise<JoinedContainers | undefined> {
  if (listJoined(options).length === 0) return undefined;
  return (await import("./join-containers.js")).joinContainers(options);
}
