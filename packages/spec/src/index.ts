export { CPU_PERIOD_US, type ParseCpuOptions, parseCpuPercentage, parseCpus } from "./cpu.js";
export { parseDuration } from "./duration.js";
export { DockherError, type DockherErrorOptions, SpecError } from "./error.js";
export type { ImageConfig, ImageHistory, ImageSpec } from "./image-spec.js";
export type * from "./runtime-spec.js";
export { type ParseSizeOptions, parseSize } from "./size.js";
