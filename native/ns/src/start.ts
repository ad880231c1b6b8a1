import { BindingEvent, binding, type Handle } from "./binding.js";
import { type Deferred, defer } from "./deferred.js";
import { encodePlan, type Hold } from "./encode.js";
import { NsError } from "./error.js";
import { nameSignal, type ProcessExit } from "./exit.js";
import { describeFailure } from "./failure.js";
import type { Plan } from "./plan.js";

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

  /** @throws NsError `INVALID_PLAN`, `LAUNCH_ABORTED` */
  constructor(plan: Plan, hold: Hold, signal: AbortSignal | undefined) {
    this.plan = plan;
    this.signal = signal;
    const bytes = encodePlan(plan, hold);
    if (signal?.aborted) throw this.describeAbort();
    this.handle = binding.start(bytes, (event, ...numbers) => this.take(event, numbers));
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

  private take(event: number, numbers: number[]): void {
    if (event !== BindingEvent.parked) this.signal?.removeEventListener("abort", this.abort);
    if (event === BindingEvent.parked) this.park.resolve(numbers[0] ?? -1);
    if (event === BindingEvent.started) this.finishStart(numbers);
    if (event === BindingEvent.failed) this.fail(numbers);
    if (event === BindingEvent.exited) this.finish(numbers);
  }

  private finishStart([pid = -1, console = -1, ...stdio]: number[]): void {
    this.start.resolve({ pid, console, stdio });
  }

  private fail([phase = 0, index = 0, errno = 0, detail = 0, signal = 0]: number[]): void {
    const error = this.signal?.aborted
      ? this.describeAbort()
      : describeFailure(this.plan, { phase, index, errno, detail, signal });
    this.park.reject(error);
    this.start.reject(error);
  }

  private finish([code = -1, signal = 0, ...numbers]: number[]): void {
    const [user = 0, system = 0, peak = 0, wall = 0] = numbers;
    const usage = {
      userMicroseconds: user,
      systemMicroseconds: system,
      peakResidentBytes: peak < 0 ? undefined : peak,
      wallNanoseconds: wall,
    };
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
