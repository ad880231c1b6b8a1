import { compileSeccomp, type Filter } from "@dockher/seccomp";
import type { Spec } from "@dockher/spec";
import type { ContainerOptions } from "../options.js";
import type { ResolvedSource } from "../source/resolve-source.js";
import { generateSpec } from "../spec/generate-spec.js";
import { selectSeccomp } from "../spec/select-seccomp.js";
import type { ContainerId } from "../state/container-id.js";
import { readAccountFilesOf } from "../user/read-account-file.js";
import { checkUser } from "../user-namespace/check-user.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";
import type { NamedMount } from "../volumes/name-volumes.js";
import type { Joined } from "./join-containers.js";

export interface DescribeOptions {
  options: ContainerOptions;
  id: ContainerId;
  source: ResolvedSource;
  /** Where `/etc/passwd` and `/etc/group` are looked for. Default the source. */
  accountRoot?: string;
  mounts: readonly NamedMount[];
  userNamespace: UserNamespace;
  joined?: Joined | undefined;
}

export interface DescribedContainer {
  spec: Spec;
  /** Of `linux.seccomp`; undefined for none. */
  filter: Filter | undefined;
}

/**
 * The configuration of a container, checked as far as it can be before anything is made.
 * @throws RuntimeError, SpecError or SeccompError for the first option that cannot be meant
 */
export async function describeContainer(given: DescribeOptions): Promise<DescribedContainer> {
  const { options, id, source, mounts, userNamespace } = given;
  const spec = generateSpec({
    options,
    id,
    config: source.config,
    mounts: [...mounts],
    readAccountFile: readAccountFilesOf(given.accountRoot ?? locateLower(source)),
    userNamespace,
    joined: given.joined,
  });
  checkUser(spec.process.user, userNamespace);
  const seccomp = await selectSeccomp({
    options,
    capabilities: spec.process.capabilities?.bounding ?? [],
    layers: source.type === "rootfs" ? [source.path] : source.image.layers,
  });
  if (seccomp !== undefined) spec.linux = { ...spec.linux, seccomp };
  return { spec, filter: seccomp && (await compileSeccomp(seccomp)) };
}

/** What of the source is there before the container is: the topmost layer of an image. */
function locateLower(source: ResolvedSource): string {
  return source.type === "rootfs" ? source.path : (source.image.layers.at(-1) ?? "/nonexistent");
}
