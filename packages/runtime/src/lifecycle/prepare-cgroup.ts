import { dirname } from "node:path";
import type { Cgroup, Controller } from "@dockher/cgroup";
import type { Spec } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions } from "../options.js";
import type { ContainerRecord } from "../state/claim.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import { createContainerCgroup, createDelegatedCgroup } from "./container-cgroup.js";
import type { UndoList } from "./undo-list.js";

export interface PrepareCgroupOptions {
  record: ContainerRecord;
  spec: Spec;
  options: ContainerOptions;
  userNamespace: UserNamespace;
  undo: UndoList;
  /** Joined without a limit as well: what may be limited later. Default what is counted. */
  controllers?: readonly Controller[];
}

/**
 * Makes the cgroup with the container's limits, or changes the configuration to what holds without one.
 * @throws CgroupError, RuntimeError for a limit that cannot be held
 */
export async function prepareCgroup(given: PrepareCgroupOptions): Promise<Cgroup | undefined> {
  const { record, spec, options, userNamespace, undo, controllers } = given;
  const { resources = {}, cgroupsPath } = spec.linux ?? {};
  if (options.cgroups === "disabled") {
    refuseLimits(spec);
    refuseParent(cgroupsPath);
    refuseSharedPids(spec, "leave out the option that disables cgroups");
    closeDevices(spec, options);
    return undefined;
  }
  const wanted = {
    record,
    resources,
    controllers,
    parent: cgroupsPath === undefined ? undefined : dirname(cgroupsPath),
  };
  const cgroup =
    userNamespace.type === "rootless"
      ? await createDelegatedCgroup(wanted)
      : await createContainerCgroup(wanted);
  if (cgroup === undefined) {
    refuseSharedPids(spec, "dockher doctor says how to get one");
    return undefined;
  }
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

function refuseParent(path: string | undefined): void {
  if (path === undefined) return;
  throw new RuntimeError(
    `failed to use cgroup ${dirname(path)}: cgroups are disabled for this container`,
    { code: "CONFLICTING_OPTIONS", hint: "leave out one of the two" },
  );
}

/** What a command leaves running ends with its PID namespace, or with its cgroup. */
function refuseSharedPids({ linux }: Spec, hint: string): void {
  if (linux?.namespaces?.some(({ type, path }) => type === "pid" && path === undefined)) return;
  throw new RuntimeError(
    "failed to share a PID namespace: without a cgroup nothing would end what the container leaves running",
    { code: "INVALID_NAMESPACE", hint },
  );
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
