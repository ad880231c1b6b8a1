import { release } from "node:os";
import type { LinuxSeccomp, LinuxSyscall, SeccompArchitecture } from "@dockher/spec";
import { detectMachine, type Machine } from "../architecture.js";
import type { ProfileCondition, ProfileRule, SeccompProfile } from "./profile.js";

/** What a profile is resolved against. */
export interface Surroundings {
  /** The bounding set: full names. */
  capabilities: readonly string[];
  /** Default this machine. */
  machine?: Machine;
  /** As `uname -r` prints it. Default that of this machine. */
  kernel?: string;
}

/** Docker's names of the machines. */
const DOCKER_NAMES: Readonly<Record<Machine, string>> = { x86_64: "amd64", aarch64: "arm64" };

/** Decides which rules of a profile hold for a container, as Docker does. */
export function resolveProfile(profile: SeccompProfile, surroundings: Surroundings): LinuxSeccomp {
  const { machine = detectMachine(), kernel = release() } = surroundings;
  const known = { ...surroundings, machine, kernel };
  const { archMap, syscalls = [], ...rest } = profile;
  const architectures = profile.architectures ?? selectMapped(archMap ?? [], machine);
  return {
    ...rest,
    ...(architectures.length === 0 ? {} : { architectures }),
    syscalls: syscalls.filter((rule) => holds(rule, known)).map(stripConditions),
  };
}

function selectMapped(
  archMap: NonNullable<SeccompProfile["archMap"]>,
  machine: Machine,
): SeccompArchitecture[] {
  const own = archMap.find(
    ({ architecture }) => architecture === `SCMP_ARCH_${machine.toUpperCase()}`,
  );
  return own === undefined ? [] : [own.architecture, ...(own.subArchitectures ?? [])];
}

function holds(
  { includes = {}, excludes = {} }: ProfileRule,
  known: Required<Surroundings>,
): boolean {
  const isMachine = ({ arches = [] }: ProfileCondition): boolean =>
    arches.includes(DOCKER_NAMES[known.machine]);
  const isHeld = (capability: string): boolean => known.capabilities.includes(capability);
  const isNewEnough = ({ minKernel }: ProfileCondition): boolean =>
    minKernel !== undefined && isAtLeast(known.kernel, minKernel);

  if (isMachine(excludes) || excludes.caps?.some(isHeld) || isNewEnough(excludes)) return false;
  return (
    (!includes.arches?.length || isMachine(includes)) &&
    (includes.caps ?? []).every(isHeld) &&
    (includes.minKernel === undefined || isNewEnough(includes))
  );
}

function isAtLeast(kernel: string, wanted: string): boolean {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function stripConditions({ includes, excludes, ...rule }: ProfileRule): LinuxSyscall {
  return rule;
}
