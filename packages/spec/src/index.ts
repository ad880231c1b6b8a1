export {
  CAPABILITIES,
  DEFAULT_CAPABILITIES,
  parseCapability,
  type SelectCapabilitiesOptions,
  selectCapabilities,
} from "./capabilities.js";
export { CPU_PERIOD_US, type ParseCpuOptions, parseCpuPercentage, parseCpus } from "./cpu.js";
export {
  createDefaultSpec,
  DEFAULT_MASKED_PATHS,
  DEFAULT_MOUNTS,
  DEFAULT_PATH,
  DEFAULT_READONLY_PATHS,
  OCI_VERSION,
} from "./default-spec.js";
export { parseDuration } from "./duration.js";
export { DockherError, type DockherErrorOptions, SpecError } from "./error.js";
export type { ImageConfig, ImageHealthcheck, ImageHistory, ImageSpec } from "./image-spec.js";
export type * from "./runtime-spec.js";
export type * from "./seccomp.js";
export { type ParseSizeOptions, parseSize } from "./size.js";
export { validateProcess, validateSpec } from "./validate.js";
