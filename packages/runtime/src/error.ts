import { DockherError } from "@dockher/spec";

/** A container that could not be created, started or released. */
export class RuntimeError extends DockherError {}
