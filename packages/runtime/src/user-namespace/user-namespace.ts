import { findIdMap, type IdRange } from "@dockher/rootfs";
import type { LinuxIDMapping } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";
import { readOuterNamespace } from "./outer-namespace.js";

/** Whose ids a container's processes have. */
export type UserNamespace =
  /** The host's own: root inside is root. */
  | { type: "host" }
  /** Made by root: a range of the host's ids that is the container's alone, to which its files are mapped. */
  | ({ type: "mapped" } & IdMappings)
  /** Made by a caller without the machine's root, and everything inside of it. */
  | ({
      type: "rootless";
      /** Who may map these ids: the caller, or a setuid program for it. */
      mapper: "caller" | "newuidmap";
      /** Without further ids: root inside is the caller, and there is nobody else. */
      single?: { reason: string; fix: string };
      /** Of one that is there already, and is joined; a new one without it. */
      path?: string;
    } & IdMappings);

export interface IdMappings {
  uidMappings: LinuxIDMapping[];
  gidMappings: LinuxIDMapping[];
}

/**
 * What kind of user namespace a container gets.
 * @throws RuntimeError `INVALID_USERNS`, `ROOT_REQUIRED`
 */
export function chooseUserNamespace(options: ContainerOptions): UserNamespace["type"] {
  const { userns, privileged } = options;
  if (userns !== undefined && userns !== "auto" && userns !== "host") {
    throw new RuntimeError(`failed to choose user namespace "${userns}": there is none such`, {
      code: "INVALID_USERNS",
      hint: "choose auto or host",
    });
  }
  if (process.geteuid?.() !== 0 || readOuterNamespace() !== undefined) {
    if (userns !== "host") return "rootless";
    throw new RuntimeError("failed to share the host's user namespace: this needs root", {
      code: "ROOT_REQUIRED",
      hint: "run it with sudo, or leave the choice of the user namespace out",
    });
  }
  if (userns !== "auto") return "host";
  if (privileged !== true) return "mapped";
  throw new RuntimeError(
    "failed to choose a user namespace: a privileged container has the host's rights, and they end at a user namespace",
    { code: "INVALID_USERNS", hint: "leave one of the two out" },
  );
}

/** The user namespace of root's container that has these ids. */
export function mapRange({ start, count }: IdRange): UserNamespace & { type: "mapped" } {
  const mappings = [{ containerID: 0, hostID: start, size: count }];
  return { type: "mapped", uidMappings: mappings, gidMappings: mappings };
}

/** The user namespace of a caller without the machine's root. */
export function mapCaller(): UserNamespace & { type: "rootless" } {
  const outer = process.geteuid?.() === 0 ? readOuterNamespace() : undefined;
  if (outer !== undefined) return outer;
  const { uidMappings, gidMappings, ...map } = findIdMap();
  return {
    type: "rootless",
    uidMappings,
    gidMappings,
    ...(map.type === "full"
      ? { mapper: "newuidmap" }
      : { mapper: "caller", single: { reason: map.reason, fix: map.fix } }),
  };
}
