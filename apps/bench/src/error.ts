import { DockherError } from "@dockher/spec";

/** A benchmark that cannot be set up or whose contender failed. */
export class BenchError extends DockherError {}
