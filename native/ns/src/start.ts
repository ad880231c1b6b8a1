import { BindingEvent, binding, type Handle } from "./binding.js";
import { type Deferred, defer } from "./deferred.js";
import { NsError } from "./error.js";
import { nameSignal, type ProcessExit, type ProcessUsage } from "./exit.js";
import { describeFailure, type Failure } from "./failure.js";
import type { Plan } from "./plan.js";
import type { PreparedPlan } from "./prepared-plan.js";

/** What a start that succeeded hands over. Descriptors are negative where there is none. */
export interface StartedProcess {
  pid: number;
  console: number;
  stdio: readonly number[];
}

/** One start, from the plan to the exit: turns the addon's events into promises. */
export class Start {
  readonly handle: Handle;
  private readonly plan: Plan;
  private readonly signal: AbortSignal | undefined;
  private readonly park: Deferred<number> = defer();
  private readonly start: Deferred<StartedProcess> = defer();
  private readonly exit: Deferred<ProcessExit> = defer();

  /** @throws NsError `LAUNCH_ABORTED` */
  constructor({ plan, bytes }: PreparedPlan, signal: AbortSignal | undefined) {
    this.plan = plan;
    this.signal = signal;
    if (signal?.aborted) throw this.describeAbort();
    this.handle = this.queue(bytes);
    signal?.addEventListener("abort", this.abort, { once: true });
  }

  get command(): string | undefined {
    return this.plan.args[0];
  }

  /** The pid, once the process waits for its release. */
  get parked(): Promise<number> {
    return this.park.promise;
  }

  /** Once exec has succeeded. */
  get started(): Promise<StartedProcess> {
    return this.start.promise;
  }

  get exited(): Promise<ProcessExit> {
    return this.exit.promise;
  }

  /** Kill whatever there is; the start fails, or has succeeded before. */
  readonly abort = (): void => binding.abort(this.handle);

  /** Refused only where there is no thread, and none can be made, to start it on. */
  private queue(bytes: Uint8Array): Handle {
    try {
      return binding.start(bytes, this.take.bind(this));
    } catch (cause) {
      throw new NsError(
        `failed to make a thread for the start of ${this.command}: ${(cause as Error).message}`,
        {
          code: "LAUNCH_FAILED",
          hint: "raise the limits of processes and memory: pids.max of the cgroup, or RLIMIT_AS",
          cause,
        },
      );
    }
  }

  // Parameters by name, not a rest array: this is cold code on the event loop, where every allocation counts.
  private take(
    event: number,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
  ): void {
    if (event === BindingEvent.parked) this.park.resolve(a);
    else if (event === BindingEvent.exited)
      this.finish(a, b, {
        userMicroseconds: c,
        systemMicroseconds: d,
        peakResidentBytes: e < 0 ? undefined : e,
        wallNanoseconds: f,
      });
    else {
      this.signal?.removeEventListener("abort", this.abort);
      if (event === BindingEvent.started)
        this.start.resolve({ pid: a, console: b, stdio: [c, d, e] });
      else this.fail({ phase: a, index: b, errno: c, detail: d, signal: e });
    }
  }

  private fail(failure: Failure): void {
    const error = this.signal?.aborted ? this.describeAbort() : describeFailure(this.plan, failure);
    this.park.reject(error);
    this.start.reject(error);
  }

  /** `code` is negative where there is none, `signal` 0. */
  private finish(code: number, signal: number, usage: ProcessUsage): void {
    if (code >= 0) this.exit.resolve({ kind: "exited", exitCode: code, ...usage });
    else if (signal > 0)
      this.exit.resolve({ kind: "signaled", signal, signalName: nameSignal(signal), ...usage });
    else
      this.exit.reject(
        new NsError(`failed to wait for ${this.command}: another part of this process did`, {
          code: "EXIT_UNKNOWN",
        }),
      );
  }

  private describeAbort(): NsError {
    return new NsError(`failed to start ${this.command}: aborted`, {
      code: "LAUNCH_ABORTED",
      cause: this.signal?.reason,
    });
  }
}
