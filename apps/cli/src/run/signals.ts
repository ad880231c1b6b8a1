import { constants } from "node:os";

/**
 * Docker forwards every signal that can be caught but CHLD, PIPE and URG. Faults (SEGV, BUS, FPE, ILL) are Node's own, and PROF is
 * V8's. TTIN and TTOU stop who uses a terminal from the background: to one that catches them the kernel would send them for ever.
 */
const FORWARDED = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGVTALRM",
  "SIGCONT",
  "SIGTSTP",
  "SIGIO",
  "SIGPWR",
  "SIGWINCH",
] as const satisfies NodeJS.Signals[];

/** Of one that has this terminal: its job control is of its own, and its size is carried over in another way. */
const TERMINAL_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set(["SIGCONT", "SIGTSTP", "SIGWINCH"]);

/** After this many Ctrl-C a container that ignores them is killed. */
const PATIENCE = 3;

/** What a signal is handed on to. */
export interface SignalTarget {
  kill(signal: NodeJS.Signals): boolean;
}

/** Signals that would end this process, caught. Disposing leaves them to it again. */
export interface Interruption extends Disposable {
  /** Aborted by the first of them. */
  readonly abort: AbortSignal;
  /** The signal that aborted. */
  readonly received: NodeJS.Signals | undefined;
}

/** Its `abort` is aborted by INT, TERM, HUP or QUIT until a container takes the signals. */
export interface SignalForwarding extends Interruption {
  /** From now on signals go to the container. */
  attach: (target: SignalTarget) => void;
}

export interface ForwardOptions {
  /** Whether the container has this terminal. */
  terminal: boolean;
  notice: (line: string) => void;
}

/** Catches signals: before the container runs they undo its making, afterwards they are the container's. */
export function forwardSignals({ terminal, notice }: ForwardOptions): SignalForwarding {
  const controller = new AbortController();
  const signals = FORWARDED.filter((signal) => !(terminal && TERMINAL_SIGNALS.has(signal)));
  /** Those that came when the command may have run already, but nobody here knew. */
  const early: NodeJS.Signals[] = [];
  let container: SignalTarget | undefined;
  let received: NodeJS.Signals | undefined;
  let interrupts = 0;

  const handOn = (target: SignalTarget, signal: NodeJS.Signals): void => {
    if (signal === "SIGINT") interrupts++;
    if (interrupts === PATIENCE - 1) notice("one more Ctrl-C kills the container");
    target.kill(interrupts >= PATIENCE ? "SIGKILL" : signal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (container !== undefined) handOn(container, signal);
    else early.push(signal);
    if (container === undefined && /^SIG(?:INT|TERM|HUP|QUIT)$/.test(signal)) {
      received ??= signal;
      controller.abort();
    }
    // Ctrl-Z: the shell has its terminal back.
    if (signal === "SIGTSTP") process.kill(process.pid, "SIGSTOP");
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    abort: controller.signal,
    get received() {
      return received;
    },
    attach: (running) => {
      container = running;
      for (const signal of early.splice(0)) handOn(running, signal);
    },
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/** The exit code of a program that a signal ended, as shells show it. */
export function toExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Why a command ended that somebody interrupted. */
export class InterruptedError extends Error {
  /** As shells show it. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = toExitCode(signal);
  }
}

/** Catches what would end this process, once: a second time it does. For what leaves a container alone, or runs none yet. */
export function catchEnd(): Interruption {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    received ??= signal;
    controller.abort(new InterruptedError(signal));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
  for (const signal of signals) process.once(signal, onSignal);
  return {
    abort: controller.signal,
    get received() {
      return received;
    },
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/** Aborted by Ctrl-C and the like with an {@link InterruptedError}, for the rest of this process's life. */
export function catchInterrupt(): AbortSignal {
  return catchEnd().abort;
}
