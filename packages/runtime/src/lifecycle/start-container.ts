import { mkdirSync } from "node:fs";
import type { Cgroup } from "@dockher/cgroup";
import {
  type Image,
  ImageStore,
  prepareOverlay,
  removeTree,
  resolveDirectories,
} from "@dockher/rootfs";
import { compileSeccomp } from "@dockher/seccomp";
import type { Spec } from "@dockher/spec";
import type { Container } from "../container-handle.js";
import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";
import { compilePlan } from "../plan/compile-plan.js";
import type { RootPlan } from "../plan/compile-root.js";
import { compileStdio } from "../plan/compile-stdio.js";
import { type ResolvedSource, resolveSource } from "../source/resolve-source.js";
import { writeNetworkFiles } from "../source/write-network-files.js";
import { generateSpec } from "../spec/generate-spec.js";
import { selectSeccomp } from "../spec/select-seccomp.js";
import {
  type ContainerRecord,
  claimContainer,
  createRecord,
  locateContainer,
  locateState,
  settleClaim,
  writeRecord,
} from "../state/claim.js";
import { checkContainerName } from "../state/container-id.js";
import { sweepContainers } from "../state/sweep.js";
import { readAccountFilesOf } from "../user/read-account-file.js";
import { checkUser } from "../user-namespace/check-user.js";
import { chooseUserNamespace, type UserNamespace } from "../user-namespace/user-namespace.js";
import { nameVolumes } from "../volumes/name-volumes.js";
import { locateVolumes } from "../volumes/volume-layout.js";
import { checkTimeout } from "./check-timeout.js";
import { createContainerCgroup, createDelegatedCgroup } from "./container-cgroup.js";
import { explainLaunchFailure } from "./explain-launch-failure.js";
import { launchContainer } from "./launch-container.js";
import { openUserNamespace, recordIds } from "./open-user-namespace.js";
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
    const error = wrapSystemError(cause);
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
  const spec = generateSpec({
    options,
    id: record.id,
    config: source.config,
    mounts,
    readAccountFile: readAccountFilesOf(locateLower(source)),
    userNamespace,
  });
  checkUser(spec.process.user, userNamespace);
  const seccomp = await selectSeccomp({
    options,
    capabilities: spec.process.capabilities?.bounding ?? [],
    layers: source.type === "rootfs" ? [source.path] : source.image.layers,
  });
  if (seccomp !== undefined) spec.linux = { ...spec.linux, seccomp };
  const filter = seccomp && (await compileSeccomp(seccomp));
  signal?.throwIfAborted();

  undo.push((failures) => settleClaim(record, failures));
  claimContainer(record, options.name);
  recordIds(record, userNamespace);
  const root = await prepareRoot({ source, record, spec, options, userNamespace, undo });
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

/** What of the source is there before the container is: the topmost layer of an image. */
function locateLower(source: ResolvedSource): string {
  return source.type === "rootfs" ? source.path : (source.image.layers.at(-1) ?? "/nonexistent");
}

interface Preparation {
  record: ContainerRecord;
  spec: Spec;
  options: ContainerOptions;
  userNamespace: UserNamespace;
  undo: UndoList;
}

async function prepareRoot(
  preparation: Preparation & { source: ResolvedSource },
): Promise<RootPlan> {
  const { source, record, spec, options, userNamespace, undo } = preparation;
  if (source.type === "rootfs") return { type: "directory", path: source.path };
  writeRecord(record, "image", source.image.id);
  await checkStillThere(source.image, options);
  const directory = locateContainer(record);
  mkdirSync(directory, { mode: 0o700 });
  undo.push(() => removeTree(directory));
  const overlay = await prepareOverlay({
    layers: source.image.layers,
    directory,
    upper: source.upper === "disk" ? { type: "disk", lifetime: "run" } : { type: "memory" },
    userAttributes: userNamespace.type === "rootless",
  });
  const files = writeNetworkFiles({
    directory,
    hostname: spec.hostname ?? "",
    network: options.network ?? "none",
    userNamespace: userNamespace.type,
  });
  const taken = new Set(spec.mounts?.map((mount) => mount.destination));
  spec.mounts?.push(...files.filter((file) => !taken.has(file.destination)));
  return { type: "overlay", overlay };
}

/** Who removes an image looks for its users first: from our record on it is safe, so it must still be there now. */
async function checkStillThere(image: Image, { directories }: ContainerOptions): Promise<void> {
  if ((await ImageStore.open(directories).find(image.id)) !== undefined) return;
  throw new RuntimeError("failed to create the container: its image has just been removed", {
    code: "IMAGE_NOT_FOUND",
  });
}

async function prepareCgroup(preparation: Preparation): Promise<Cgroup | undefined> {
  const { record, spec, options, userNamespace, undo } = preparation;
  const resources = spec.linux?.resources ?? {};
  if (options.cgroups === "disabled") {
    refuseLimits(spec);
    closeDevices(spec, options);
    return undefined;
  }
  const cgroup =
    userNamespace.type === "rootless"
      ? await createDelegatedCgroup(record, resources)
      : await createContainerCgroup(record, resources);
  if (cgroup === undefined) return undefined;
  undo.push(async () => {
    await cgroup.killAll();
    await cgroup.remove();
  });
  return cgroup;
}

function refuseLimits(spec: Spec): void {
  const [limited] = Object.keys(spec.linux?.resources ?? {}).filter((name) => name !== "devices");
  if (limited === undefined) return;
  throw new RuntimeError(`failed to limit ${limited}: cgroups are disabled for this container`, {
    code: "INVALID_LIMIT",
    hint: "leave the limits out, or the option that disables cgroups",
  });
}

/** Without a cgroup nothing filters devices, so nobody inside may make their nodes. */
function closeDevices(spec: Spec, options: ContainerOptions): void {
  if (options.privileged) return;
  const { capabilities = {} } = spec.process;
  for (const [set, names] of Object.entries(capabilities)) {
    capabilities[set as keyof typeof capabilities] =
      names?.filter((name: string) => name !== "CAP_MKNOD") ?? [];
  }
}
