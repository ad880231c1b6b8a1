import { mkdirSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { removeTree, resolveDirectories } from "@dockher/rootfs";
import { DEFAULT_PATH } from "@dockher/spec";
import { recordContainerEvent } from "../events/journal.js";
import { describeContainer } from "../lifecycle/describe-container.js";
import { checkRestart, pinJoined } from "../lifecycle/join-containers.js";
import { previewUserNamespace } from "../lifecycle/open-user-namespace.js";
import { UndoList } from "../lifecycle/undo-list.js";
import { wrapSystemError } from "../lifecycle/wrap-system-error.js";
import type { ContainerSource } from "../options.js";
import { type ResolvedSource, resolveSource } from "../source/resolve-source.js";
import { joinEnvironment } from "../spec/generate-process.js";
import {
  type ContainerRecord,
  claimContainer,
  claimGeneratedName,
  createRecord,
  keepContainer,
  locateContainer,
  locateState,
  settleClaim,
  writeRecord,
} from "../state/claim.js";
import { checkContainerName } from "../state/container-id.js";
import { sweepContainers } from "../state/sweep.js";
import { chooseUserNamespace } from "../user-namespace/user-namespace.js";
import { type NamedMount, nameVolumes } from "../volumes/name-volumes.js";
import { prepareVolumes } from "../volumes/prepare-volumes.js";
import { locateVolumes } from "../volumes/volume-layout.js";
import { chooseExposedPorts } from "./choose-exposed-ports.js";
import { type ContainerConfig, writeConfig } from "./container-config.js";
import { CreatedContainer, type HandleOptions } from "./handles.js";
import { resolveHealthcheck } from "./healthcheck.js";
import { makeLock } from "./lock-container.js";
import type { CreateOptions, KeptOptions } from "./options.js";

const DEFAULT_STOP_TIMEOUT = 10_000;

/**
 * Creates a container that stays until it is removed, and starts nothing. One whose creation fails leaves nothing behind.
 * @throws RuntimeError, RootfsError or SpecError, each with a stable code; the signal's reason when aborted
 */
export async function createContainer(options: CreateOptions): Promise<CreatedContainer> {
  const undo = new UndoList();
  try {
    const { directories } = options;
    return new CreatedContainer({ ...(await create(options, undo)), directories });
  } catch (cause) {
    await undo.run();
    throw wrapSystemError(cause, { action: "create the container" });
  }
}

async function create(given: CreateOptions, undo: UndoList): Promise<HandleOptions> {
  const { signal } = given;
  signal?.throwIfAborted();
  checkRestart(given, given.restart);
  const options = pinJoined(given);
  if (options.name !== undefined) checkContainerName(options.name);
  const directories = resolveDirectories(options.directories ?? {});
  const state = locateState(directories.root);
  await sweepContainers(state);
  const source = await resolveSource({ ...options, directories });

  const healthcheck = resolveHealthcheck(options.healthcheck, source.config.Healthcheck);

  const exposedPorts = chooseExposedPorts(options, source.config);

  const record = createRecord(state);
  const layout = locateVolumes(directories);
  const mounts = nameVolumes({
    mounts: options.mounts ?? [],
    declared: source.config.Volumes,
    layout,
  });
  const userNamespace = previewUserNamespace(chooseUserNamespace(options));
  const { spec } = await describeContainer({
    options,
    id: record.id,
    source,
    mounts,
    userNamespace,
  });
  signal?.throwIfAborted();

  undo.push((failures) => settleClaim(record, failures));
  claimContainer(record, options.name);
  const name = options.name ?? claimGeneratedName(record);
  if (source.type === "image") writeRecord(record, "image", source.image.id);
  const directory = locateContainer(record);
  mkdirSync(directory, { mode: 0o700 });
  undo.push(() => removeTree(directory));
  makeLock(directory);
  const volumes = mounts.filter((mount) => mount.type === "volume");
  if (volumes.length > 0) {
    await prepareVolumes({ mounts: volumes, layout, record, source, userNamespace, undo, signal });
  }
  const config = describeConfig({
    options,
    record,
    name,
    source,
    mounts,
    healthcheck,
    exposedPorts,
    userNamespace: userNamespace.type,
    args: spec.process.args,
    process: joinProcess(options, source),
  });
  writeConfig(directory, config);
  signal?.throwIfAborted();
  keepContainer(record);
  recordContainerEvent(directories.root, config, "create");
  return { id: record.id, name };
}

interface ConfigParts {
  options: CreateOptions;
  record: ContainerRecord;
  name: string;
  source: ResolvedSource;
  mounts: NamedMount[];
  healthcheck: ContainerConfig["healthcheck"];
  exposedPorts: string[];
  userNamespace: ContainerConfig["userNamespace"];
  args: string[];
  process: NonNullable<ContainerConfig["process"]>;
}

function describeConfig(parts: ConfigParts): ContainerConfig {
  const { options, record, name, source, mounts, healthcheck, userNamespace, args } = parts;
  const { exposedPorts } = parts;
  return {
    version: 1,
    id: record.id,
    name,
    created: new Date().toISOString(),
    image: options.source.image ?? options.source.rootfs,
    ...(source.type === "image" ? { imageId: source.image.id } : {}),
    userNamespace,
    args,
    process: parts.process,
    options: { ...selectKept(options), source: pinSource(source) },
    mounts,
    openStdin: options.openStdin ?? false,
    labels: options.labels ?? {},
    exposedPorts,
    log: options.log ?? { driver: "json-file" },
    restart: options.restart ?? { name: "no" },
    ...(healthcheck === undefined ? {} : { healthcheck }),
    stopSignal: options.stopSignal ?? readStopSignal(source),
    stopTimeout: options.stopTimeout ?? DEFAULT_STOP_TIMEOUT,
    autoRemove: options.autoRemove ?? false,
    finishCommand: options.finishCommand ?? [
      process.execPath,
      fileURLToPath(new URL("./finish-main.js", import.meta.url)),
    ],
  };
}

function joinProcess(options: CreateOptions, { config }: ResolvedSource): ConfigParts["process"] {
  const env = joinEnvironment({ defaults: { PATH: DEFAULT_PATH }, config, options });
  const { User: user = "", WorkingDir: cwd = "" } = config;
  return { env, user: options.user ?? user, cwd: options.cwd ?? cwd };
}

/** The image that there is now, whatever has its name later. */
function pinSource(source: ResolvedSource): ContainerSource {
  if (source.type === "rootfs") return { rootfs: source.path };
  return { image: source.image.id, pull: "never", upper: source.upper };
}

/** The image's word for it is a name, or a number. One that is neither is as none: as Docker, which checks it when it stops. */
function readStopSignal({ config }: ResolvedSource): NodeJS.Signals {
  const text = config.StopSignal ?? "";
  const { signals } = constants;
  const named = /^SIG/.test(text) ? text : `SIG${text}`;
  const found = Object.entries(signals).find(([name, number]) => {
    return name === named || String(number) === text;
  });
  return (found?.[0] ?? "SIGTERM") as NodeJS.Signals;
}

function selectKept(options: CreateOptions): KeptOptions {
  const {
    name: _name,
    openStdin: _openStdin,
    labels: _labels,
    exposedPorts: _exposedPorts,
    log: _log,
    restart: _restart,
    healthcheck: _healthcheck,
    stopSignal: _stopSignal,
    stopTimeout: _stopTimeout,
    autoRemove: _autoRemove,
    finishCommand: _finishCommand,
    directories: _directories,
    signal: _signal,
    onImageProgress: _onImageProgress,
    ...kept
  } = options;
  return kept;
}
