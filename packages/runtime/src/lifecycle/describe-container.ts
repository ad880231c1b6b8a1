import { compileSeccomp, type Filter } from "@dockher/seccomp";
import { type LinuxSeccomp, type Process, type Spec, validateProcess } from "@dockher/spec";
import type { ContainerOptions } from "../options.js";
import type { ResolvedSource } from "../source/resolve-source.js";
import { generateProcess } from "../spec/generate-process.js";
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
    readAccountFile: readAccountFilesOf(locateLower(source)),
    userNamespace,
    joined: given.joined,
  });
  checkUser(spec.process.user, userNamespace);
  const seccomp = await chooseSeccomp(given, spec.process);
  if (seccomp !== undefined) spec.linux = { ...spec.linux, seccomp };
  return { spec, filter: seccomp && (await compileSeccomp(seccomp)) };
}

export interface DescribeProcessOptions {
  /** The container's, with what the process has otherwise. */
  options: ContainerOptions;
  source: ResolvedSource;
  /** Where `/etc/passwd` and `/etc/group` are looked for. Default the source. */
  accountRoot?: string | undefined;
  userNamespace: UserNamespace;
  hostname: string;
}

export interface DescribedProcess {
  process: Process;
  filter: Filter | undefined;
}

/**
 * What runs in a container beside its own command, checked as {@link describeContainer} does.
 * @throws RuntimeError, SpecError or SeccompError for the first option that cannot be meant
 */
export async function describeProcess(given: DescribeProcessOptions): Promise<DescribedProcess> {
  const { options, source, userNamespace, hostname } = given;
  const process = generateProcess({
    options,
    config: source.config,
    readAccountFile: readAccountFilesOf(given.accountRoot ?? locateLower(source)),
    userNamespace,
    hostname,
  });
  validateProcess(process);
  checkUser(process.user, userNamespace);
  const seccomp = await chooseSeccomp(given, process);
  return { process, filter: seccomp && (await compileSeccomp(seccomp)) };
}

function chooseSeccomp(
  { options, source }: Pick<DescribeProcessOptions, "options" | "source">,
  { capabilities }: Process,
): Promise<LinuxSeccomp | undefined> {
  return selectSeccomp({
    options,
    capabilities: capabilities?.bounding ?? [],
    layers: source.type === "rootfs" ? [source.path] : source.image.layers,
  });
}

/** What of the source is there before the container is: the topmost layer of an image. */
function locateLower(source: ResolvedSource): string {
  return source.type === "rootfs" ? source.path : (source.image.layers.at(-1) ?? "/nonexistent");
}
