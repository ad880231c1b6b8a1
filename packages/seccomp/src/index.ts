export { detectMachine, type Machine } from "./architecture.js";
export { type CompileSeccompOptions, compileSeccomp, resolveSeccomp } from "./compile-seccomp.js";
export { createDefaultSeccomp, type DefaultSeccompOptions } from "./default-seccomp.js";
export { SeccompError } from "./error.js";
export type { Filter } from "./filter.js";
export type {
  ArchitectureMapping,
  ProfileCondition,
  ProfileRule,
  SeccompProfile,
} from "./profile/profile.js";
export type { Surroundings } from "./profile/resolve-profile.js";
