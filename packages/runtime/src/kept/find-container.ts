import { readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { resolveDirectories } from "@dockher/rootfs";
import { RuntimeError } from "../error.js";
import type { Directories } from "../options.js";
import {
  type ContainerRecord,
  isKept,
  listContainers,
  locateContainer,
  locateState,
  openRecord,
  readRecord,
  type StateDirectory,
} from "../state/claim.js";
import { parseContainerId } from "../state/container-id.js";
import { type ContainerConfig, readConfig, refuseMissingConfig } from "./container-config.js";

/** A kept container, by its name, its id or the beginning of its id. */
export interface ContainerTarget {
  container: string;
  directories?: Partial<Directories>;
}

/** A kept container that was found. */
export interface KeptContainer {
  record: ContainerRecord;
  /** Its own files. */
  directory: string;
  config: ContainerConfig;
}

/**
 * Finds a kept container as Docker does: a whole id first, then a name, which may have the slash of `inspect` before it, then the
 * beginning of an id that only one has.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_AMBIGUOUS`, `CONFIG_INVALID`
 */
export function findContainer({ container, directories = {} }: ContainerTarget): KeptContainer {
  const record = findRecord(locateState(resolveDirectories(directories).root), container);
  const directory = locateContainer(record);
  if (!isKept(record)) throw refuse(container, "it is not kept: it ends with its caller");
  return { record, directory, config: readConfigOf(record) };
}

/**
 * What a kept container is.
 * @throws RuntimeError `CONFIG_INVALID`; `CONTAINER_NOT_FOUND` where it was removed meanwhile
 */
export function readConfigOf(record: ContainerRecord): ContainerConfig {
  const directory = locateContainer(record);
  const config = readConfig(directory);
  if (config !== undefined) return config;
  // Whoever removes one says first that it is not kept any more.
  throw isKept(record) ? refuseMissingConfig(directory) : refuseRemoved(record);
}

export function refuseRemoved({ id }: ContainerRecord, cause?: unknown): RuntimeError {
  return new RuntimeError(`failed to find container ${id.slice(0, 12)}: it has just been removed`, {
    code: "CONTAINER_NOT_FOUND",
    cause,
  });
}

/** The data directory that a container is in. */
export function rootOf({ state }: ContainerRecord): string {
  return dirname(state.containers);
}

/**
 * The record alone, also of a container whose configuration is damaged.
 * @throws RuntimeError `CONTAINER_NOT_FOUND`, `CONTAINER_AMBIGUOUS`
 */
export function findRecord(state: StateDirectory, container: string): ContainerRecord {
  const exact = parseContainerId(container);
  const whole = exact === undefined ? undefined : openRecord(state, exact);
  if (whole !== undefined && readRecord(whole, "owner") !== undefined) return whole;
  const named = readName(state, container.replace(/^\//, ""));
  if (named !== undefined) return openRecord(state, named);
  const found = /^[0-9a-f]+$/.test(container)
    ? listContainers(state).filter(({ id }) => id.startsWith(container))
    : [];
  const [record] = found;
  if (record === undefined) throw refuse(container, "there is none with this name or id");
  if (found.length === 1) return record;
  throw new RuntimeError(`failed to find container ${container}: ${found.length} ids begin so`, {
    code: "CONTAINER_AMBIGUOUS",
    hint: `write more of one: ${found.map(({ id }) => id.slice(0, 12)).join(" ")}`,
  });
}

function readName({ names }: StateDirectory, name: string) {
  if (name === "" || name.includes("/") || name.startsWith(".")) return undefined;
  try {
    return parseContainerId(readlinkSync(join(names, name)));
  } catch {
    return undefined;
  }
}

function refuse(container: string, reason: string): RuntimeError {
  return new RuntimeError(`failed to find container ${container}: ${reason}`, {
    code: "CONTAINER_NOT_FOUND",
    hint: "list them all: dockher ps -a",
  });
}
