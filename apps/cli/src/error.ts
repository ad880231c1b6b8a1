import { DockherError } from "@dockher/spec";

/** A command line that breaks a rule of the command line itself. */
export class UsageError extends DockherError {}
