/** What a {@link DockherError} carries besides its message. */
export interface DockherErrorOptions {
  /** Stable, upper-snake name that programs may match on, such as `IMAGE_NOT_FOUND`. */
  code: string;
  /** What the reader can do about it, one line without a full stop. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * The base of every error that Dockher throws on purpose.
 * The message reads `failed to <verb> <object>: <reason>`.
 */
export class DockherError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, options: DockherErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.hint = options.hint;
  }
}

/** A value, a flag or a configuration that breaks a rule of the OCI runtime specification or of ours. */
export class SpecError extends DockherError {}
