import { findIdMap } from "@dockher/rootfs";
import type { LinuxIDMapping } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";

/** Whose ids a container's processes have. */
export type UserNamespace =
  /** The host's own: root inside is root. */
  | { type: "host" }
  /** Of a caller without root: the container is made inside of it. */
  | {
      type: "rootless";
      uidMappings: LinuxIDMapping[];
      gidMappings: LinuxIDMapping[];
      /** Without subordinate ids: root inside is the caller, and there is nobody else. */
      single?: { reason: string; fix: string };
    };

/** Whether nobody here may do what takes the machine's root. */
export function isRootless(): boolean {
  return process.geteuid?.() !== 0;
}

/**
 * The user namespace that a container gets.
 * @throws RuntimeError `INVALID_USERNS`, `ROOT_REQUIRED`
 */
export function selectUserNamespace({ userns }: ContainerOptions): UserNamespace {
  if (userns !== undefined && userns !== "auto" && userns !== "host") {
    throw new RuntimeError(`failed to choose user namespace "${userns}": there is none such`, {
      code: "INVALID_USERNS",
      hint: "choose auto or host",
    });
  }
  if (!isRootless()) return { type: "host" };
  if (userns === "host") {
    throw new RuntimeError("failed to share the host's user namespace: this needs root", {
      code: "ROOT_REQUIRED",
      hint: "run it with sudo, or leave the choice of the user namespace out",
    });
  }
  const { uidMappings, gidMappings, ...map } = findIdMap();
  return {
    type: "rootless",
    uidMappings,
    gidMappings,
    ...(map.type === "single" ? { single: { reason: map.reason, fix: map.fix } } : {}),
  };
}
