import { DockherError } from "@dockher/spec";

/** A profile that cannot be meant, or that no filter can hold. */
export class SeccompError extends DockherError {}
