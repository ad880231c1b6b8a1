import { binding } from "./binding.js";
import { failedCall, NsError } from "./error.js";
import { LaunchedProcess } from "./launched-process.js";
import type { Start } from "./start.js";

/** A process that exists, in its namespaces, and waits for its release. */
export class ParkedProcess implements AsyncDisposable {
  /** In the pid namespace of this process. */
  readonly pid: number;
  private readonly start: Start;
  private released = false;

  /** @internal */
  constructor(start: Start, pid: number) {
    this.start = start;
    this.pid = pid;
  }

  /**
   * Let it go on, once. Resolves when exec has succeeded.
   * @throws NsError as `launch` does, and `INVALID_STATE` the second time
   */
  async release(): Promise<LaunchedProcess> {
    if (this.released)
      throw new NsError(`failed to release process ${this.pid}: it has been released`, {
        code: "INVALID_STATE",
      });
    this.letGo();
    return new LaunchedProcess(this.start, await this.start.started);
  }

  /** End it unless it has been released. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.released) return;
    this.start.abort();
    this.letGo();
    await this.start.started.catch(() => {});
  }

  private letGo(): void {
    this.released = true;
    const result = binding.release(this.start.handle);
    if (result < 0) throw failedCall(`release process ${this.pid}`, result);
  }
}
