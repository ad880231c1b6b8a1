import type { LinuxNamespace } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions, NamespaceOptions } from "../options.js";

type NamespaceType = LinuxNamespace["type"];

/** The OCI's type of namespace for each option. */
const TYPES = {
  network: "network",
  pid: "pid",
  ipc: "ipc",
  uts: "uts",
  cgroupns: "cgroup",
} as const satisfies Record<keyof NamespaceOptions, NamespaceType>;

const CHOICES: Readonly<Record<keyof NamespaceOptions, readonly string[]>> = {
  network: ["none", "host"],
  pid: ["private", "host"],
  ipc: ["private", "shareable", "none", "host"],
  uts: ["private", "host"],
  cgroupns: ["private", "host"],
};

const NAMES = Object.keys(TYPES) as (keyof NamespaceOptions)[];

/** Where the namespaces of another container are, by their types. */
export type JoinedNamespaces = Partial<Record<NamespaceType, string>>;

/** The options that mean another container's namespace, and that container as it was named. */
export function listJoined(options: NamespaceOptions): [keyof NamespaceOptions, string][] {
  return NAMES.flatMap((name): [keyof NamespaceOptions, string][] => {
    const choice = options[name];
    return typeof choice === "object" ? [[name, choice.container]] : [];
  });
}

/** The types of the namespaces that are the host's. */
export function listShared(options: NamespaceOptions): NamespaceType[] {
  return NAMES.filter((name) => options[name] === "host").map((name) => TYPES[name]);
}

/** The type of namespace that an option stands for. */
export function typeOf(name: keyof NamespaceOptions): NamespaceType {
  return TYPES[name];
}

/**
 * The namespaces of a container: without those that it shares with the host, and with the files of those that it joins.
 */
export function selectNamespaces(
  own: readonly LinuxNamespace[],
  options: NamespaceOptions,
  joined: JoinedNamespaces = {},
): LinuxNamespace[] {
  const shared = new Set(listShared(options));
  return own
    .filter(({ type }) => !shared.has(type))
    .map(({ type }) => {
      const path = joined[type];
      return path === undefined ? { type } : { type, path };
    });
}

/**
 * Refuses choices that there are not, and what belongs to a namespace that is somebody else's.
 * @throws RuntimeError `INVALID_NETWORK`, `INVALID_NAMESPACE`, `CONFLICTING_OPTIONS`
 */
export function checkNamespaces(options: ContainerOptions): void {
  for (const name of NAMES) {
    const choice = options[name];
    if (choice === undefined || typeof choice === "object") continue;
    if (!CHOICES[name].includes(choice)) throw refuseChoice(name, choice);
  }
  const { network, ipc, uts } = options;
  const joinsNetwork = typeof network === "object";
  const refuse = (option: string, reason: string): RuntimeError =>
    new RuntimeError(`failed to apply ${option}: ${reason}`, {
      code: "CONFLICTING_OPTIONS",
      hint: `leave ${option} out, or give the container a namespace of its own`,
    });
  if (options.hostname !== undefined) {
    if (uts === "host") throw refuse("hostname", "the container shares the host's name");
    if (joinsNetwork) throw refuse("hostname", "the container has the name of the one it joins");
  }
  for (const option of ["dns", "extraHosts"] as const) {
    if (options[option] !== undefined && joinsNetwork) {
      throw refuse(option, "the container has the files of the one whose network it joins");
    }
  }
  if (options.shmSize !== undefined && ipc !== "private" && ipc !== "shareable" && ipc) {
    throw refuse(
      "shmSize",
      ipc === "none" ? "there is no /dev/shm" : "its /dev/shm is not its own",
    );
  }
}

/** Programs without types can ask for what is not there. */
function refuseChoice(name: keyof NamespaceOptions, choice: string): RuntimeError {
  if (name === "network") {
    return new RuntimeError(`failed to join network "${choice}": there is no such network`, {
      code: "INVALID_NETWORK",
      hint: "choose none or host",
    });
  }
  return new RuntimeError(`failed to choose ${name} "${choice}": there is no such mode`, {
    code: "INVALID_NAMESPACE",
    hint: `choose ${CHOICES[name].join(", ")}`,
  });
}
