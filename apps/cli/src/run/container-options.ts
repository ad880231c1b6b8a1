import { resolve } from "node:path";
import type {
  ContainerOptions,
  ContainerSource,
  DnsOptions,
  Limits,
  MountOption,
} from "@dockher/runtime";
import { parseDuration, parseSize } from "@dockher/spec";
import type { OptionValues } from "../arguments/option.js";
import { parseDevice } from "../values/device.js";
import { parseDeviceRule } from "../values/device-rule.js";
import { readEnvironment } from "../values/environment.js";
import { parseHost } from "../values/host.js";
import { parseLabels } from "../values/label.js";
import { parseMount } from "../values/mount.js";
import { parseNamespaceMode } from "../values/namespace-mode.js";
import { readOomScore } from "../values/oom-score.js";
import { readSecurityOptions } from "../values/security-opt.js";
import { parseSysctl } from "../values/sysctl.js";
import { parseTmpfs } from "../values/tmpfs.js";
import { parseUlimit } from "../values/ulimit.js";
import { parseVolume } from "../values/volume.js";
import type { RunCommandLine } from "./command-line.js";
import { readLimits } from "./limits.js";
import type { RunOptionTable } from "./option-table.js";
import { readStartLimits } from "./start-limits.js";

type RunValues = OptionValues<RunOptionTable>;

/** What the command line is read against. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Told once for each thing that was understood but changes nothing. */
  notice: (line: string) => void;
}

/** A container as the command line describes it, without its image and its streams. */
export type DescribedContainer = Omit<ContainerOptions, "source">;

/**
 * Turns the words of the command line into the runtime's options; nothing is changed on the machine.
 * @throws UsageError, SpecError for bad values.
 */
export function describeContainer(
  { values, command, entrypoint }: RunCommandLine,
  surroundings: Surroundings,
): DescribedContainer {
  const ulimits = values.ulimit.map(parseUlimit);
  return {
    ...given("command", command),
    ...given("entrypoint", entrypoint),
    ...given("name", values.name),
    ...given("hostname", values.hostname),
    ...given("user", values.user),
    ...given("cwd", values.workdir),
    ...given("init", values.init),
    ...given("privileged", values.privileged),
    ...given("readonly", values["read-only"]),
    ...given("userns", readUserNamespace(values.userns)),
    ...given("timeout", readTimeout(values.timeout)),
    ...given("groupAdd", unlessEmpty(values["group-add"])),
    ...given("oomScoreAdj", readOomScore(values["oom-score-adj"])),
    ...given("shmSize", readShmSize(values["shm-size"])),
    ...given("extraHosts", unlessNone(values["add-host"].map(parseHost))),
    ...given("dns", readDns(values)),
    ...given("devices", unlessEmpty(values.device.map(parseDevice))),
    ...given("deviceRules", unlessEmpty(values["device-cgroup-rule"].map(parseDeviceRule))),
    ...given("cgroupParent", values["cgroup-parent"] || undefined),
    ...given("annotations", readAnnotations(values.annotation)),
    ...given("sysctl", unlessNone(values.sysctl.map(parseSysctl))),
    ...given("pid", parseNamespaceMode("pid", values.pid)),
    ...given("ipc", parseNamespaceMode("ipc", values.ipc)),
    ...given("uts", parseNamespaceMode("uts", values.uts)),
    ...given("cgroupns", parseNamespaceMode("cgroupns", values.cgroupns)),
    ...readSecurityOptions(values["security-opt"], surroundings.cwd),
    env: readEnvironment({ env: values.env, envFiles: values["env-file"] }, surroundings.env),
    network: parseNamespaceMode("network", values.network) ?? "none",
    mounts: readMounts(values, surroundings),
    limits: readAllLimits(values, surroundings),
    ulimits: Object.fromEntries(ulimits.map(({ name, limit }) => [name, limit])),
    capAdd: [...values["cap-add"]],
    capDrop: [...values["cap-drop"]],
  };
}

/** The image, or the directory, that becomes the container's root. */
export function toSource({ values }: RunCommandLine, image: string, cwd: string): ContainerSource {
  if (values.rootfs !== undefined) return { rootfs: resolve(cwd, values.rootfs) };
  return { image, pull: values.pull === "never" ? "never" : "missing" };
}

function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}

function unlessEmpty<Item>(items: readonly Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : [...items];
}

function unlessNone(
  entries: readonly (readonly [string, string])[],
): Record<string, string> | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function readAllLimits(values: RunValues, { notice }: Surroundings): Limits {
  const limits = { ...readLimits(values), ...readStartLimits(values) };
  if (limits.oomKillDisable && limits.memory === undefined) {
    notice("--oom-kill-disable without --memory: it may take all memory of this machine");
  }
  return limits;
}

function readAnnotations(texts: readonly string[]): Record<string, string> | undefined {
  return texts.length === 0 ? undefined : parseLabels(texts, "--annotation");
}

function readShmSize(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseSize(text, { name: "--shm-size" });
}

function readDns(values: RunValues): DnsOptions | undefined {
  const dns = {
    ...given("servers", unlessEmpty(values.dns)),
    ...given("search", unlessEmpty(values["dns-search"])),
    ...given("options", unlessEmpty(values["dns-option"])),
  };
  return Object.keys(dns).length === 0 ? undefined : dns;
}

function readMounts(values: RunValues, { cwd, notice }: Surroundings): MountOption[] {
  const volumes = values.volume.map((text) => parseVolume(text, cwd));
  if (volumes.some(({ ignored }) => ignored.length > 0)) {
    notice("the options z and Z of --volume are ignored: nothing is labelled here");
  }
  return [
    ...volumes.map(({ mount }) => mount),
    ...values.mount.map((text) => parseMount(text, cwd)),
    ...values.tmpfs.map(parseTmpfs),
  ];
}

/** What else there is in Docker and Podman has been refused: see refuseUnsupported(). */
function readUserNamespace(text: string | undefined): "auto" | "host" | undefined {
  return text === "auto" || text === "host" ? text : undefined;
}

/** In podman, zero is no timeout. */
function readTimeout(text: string | undefined): number | undefined {
  return text === undefined || text === "0"
    ? undefined
    : parseDuration(text, { name: "--timeout" });
}
