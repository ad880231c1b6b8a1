import { Socket } from "node:net";
import { binding, initPath, monitorPath } from "../binding.js";
import { describeErrno, formatErrno } from "../errno.js";
import { failedCall, NsError } from "../error.js";
import { describeFailure } from "../failure.js";
import { encodeSettings } from "./encode-settings.js";
import type { MonitorOptions } from "./options.js";

/** A container that runs below its monitor. Pids are those of this process's pid namespace. */
export interface StartedMonitor {
  /** Of the container's init. */
  pid: number;
  monitorPid: number;
}

/** `struct mon_answer` in shim/monitor/answer.h: eight 32-bit words. */
const ANSWER_SIZE = 32;
const Verdict = { started: 1, failed: 2, unable: 3 } as const;

/** `enum mon_obstacle`, in words that follow "failed to". */
const obstacles: Readonly<Record<number, (options: MonitorOptions, index: number) => string>> = {
  1: () => "decode the monitor's settings",
  2: ({ directory, socketDirectory }) =>
    `open ${[directory, ...(socketDirectory === undefined ? [] : [socketDirectory])].join(" or ")}`,
  3: ({ directory }) => `lock ${directory}/monitor.lock`,
  4: ({ directory, socketDirectory }) => `make ${socketDirectory ?? directory}/monitor.sock`,
  5: ({ directory }) => `open the log in ${directory}`,
  6: ({ monitorCgroups: groups }, index) =>
    `move the monitor to ${groups?.version === 1 ? groups.procs[index] : groups?.path}`,
  7: ({ directory }) => `write ${directory}/state.json`,
  8: () => "start the monitor",
};

/**
 * Start a container below a monitor, which is a child of nobody and survives this process.
 * Resolves when exec has succeeded and the state is written; a start that fails leaves nothing running, but the lock
 * file and an empty log.
 * @throws NsError those of `launch`; `INVALID_MONITOR`, `MONITOR_FAILED`, `MONITOR_RUNNING`
 */
export async function startMonitor(options: MonitorOptions): Promise<StartedMonitor> {
  const settings = encodeSettings(options);
  const { plan, signal, heldDescriptor: held = -1 } = options;
  if (signal?.aborted) throw describeAbort(options);
  const fd = await new Promise<number>((resolve) =>
    binding.spawnMonitor(monitorPath, initPath, settings, held, resolve),
  );
  if (fd < 0) throw failedCall("start the monitor", fd);
  const answer = await readAnswer(fd, signal);
  if (answer.length < ANSWER_SIZE)
    throw new NsError(`failed to start ${plan.args[0]}: its monitor died`, {
      code: "MONITOR_FAILED",
    });
  return readVerdict(options, answer);
}

function readVerdict(options: MonitorOptions, answer: Buffer): StartedMonitor {
  const word = (index: number): number => answer.readInt32LE(index * 4);
  if (word(0) === Verdict.started) return { pid: word(1), monitorPid: word(2) };
  const failure = {
    phase: word(3),
    index: word(4),
    errno: word(5),
    detail: word(6),
    signal: word(7),
  };
  if (options.signal?.aborted) throw describeAbort(options);
  if (word(0) === Verdict.failed) throw describeFailure(options.plan, failure);
  const { name } = describeErrno(failure.errno);
  const what = obstacles[failure.phase]?.(options, failure.index) ?? "start the monitor";
  if (failure.phase === 3 && name === "EAGAIN")
    throw new NsError(`failed to ${what}: another monitor has it`, { code: "MONITOR_RUNNING" });
  throw new NsError(`failed to ${what}: ${formatErrno(failure.errno)}`, {
    code: "MONITOR_FAILED",
    errno: name,
  });
}

/** What the monitor says, up to the end of file. Closing our direction early makes it give up, and say so. */
function readAnswer(fd: number, signal: AbortSignal | undefined): Promise<Buffer> {
  const socket = new Socket({ fd, allowHalfOpen: true });
  const abort = (): void => void socket.end();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      signal?.removeEventListener("abort", abort);
      resolve(Buffer.concat(chunks));
    });
  });
}

function describeAbort({ plan, signal }: MonitorOptions): NsError {
  return new NsError(`failed to start ${plan.args[0]}: aborted`, {
    code: "LAUNCH_ABORTED",
    cause: signal?.reason,
  });
}
