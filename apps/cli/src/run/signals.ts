import { constants } from "node:os";

/**
 * Docker forwards every signal that can be caught but CHLD, PIPE and URG. Faults (SEGV, BUS, FPE, ILL) are Node's own,
 * and PROF is V8's.
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
  "SIGTTIN",
  "SIGTTOU",
  "SIGIO",
  "SIGPWR",
  "SIGWINCH",
] as const satisfies NodeJS.Signals[];

/** After this many Ctrl-C a container that ignores them is killed. */
const PATIENCE = 3;

/** What a signal is handed on to. */
export interface SignalTarget {
  kill(signal: NodeJS.Signals): boolean;
}

export interface SignalForwarding {
  /** Aborted by INT, TERM, HUP or QUIT until a container takes the signals. */
  readonly abort: AbortSignal;
  /** The signal that aborted. */
  readonly received: NodeJS.Signals | undefined;
  /** From now on signals go to the container. */
  attach: (target: SignalTarget) => void;
}

export interface ForwardOptions {
  /** The terminal's size is carried over in another way. */
  terminal: boolean;
  notice: (line: string) => void;
}

/**
 * Catches signals until this process ends: before the container runs they undo its making, afterwards they are the
 * container's.
 */
export function forwardSignals({ terminal, notice }: ForwardOptions): SignalForwarding {
  const controller = new AbortController();
  const signals = FORWARDED.filter((signal) => !(terminal && signal === "SIGWINCH"));
  let container: SignalTarget | undefined;
  let received: NodeJS.Signals | undefined;
  let interrupts = 0;

  const onSignal = (signal: NodeJS.Signals): void => {
    if (container !== undefined) {
      if (signal === "SIGINT") interrupts++;
      if (interrupts === PATIENCE - 1) notice("one more Ctrl-C kills the container");
      container.kill(interrupts >= PATIENCE ? "SIGKILL" : signal);
    } else if (/^SIG(?:INT|TERM|HUP|QUIT)$/.test(signal)) {
      received ??= signal;
      controller.abort();
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    abort: controller.signal,
    get received() {
      return received;
    },
    attach: (running) => {
      container = running;
      // It came when the command ran already, but nobody here knew.
      if (received !== undefined) onSignal(received);
    },
  };
}

/** The exit code of a program that a signal ended, as shells show it. */
export function toExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Why a command ended that somebody interrupted. */
export class Interruption extends Error {
  /** As shells show it. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = toExitCode(signal);
  }
}

/** Aborted by Ctrl-C and the like with an {@link Interruption}, for what runs no container yet. */
export function catchInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => controller.abort(new Interruption(signal)));
  }
  return controller.signal;
}
