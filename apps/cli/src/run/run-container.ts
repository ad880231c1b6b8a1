import {
  type Container,
  type ContainerOptions,
  type ImageProgress,
  startContainer,
} from "@dockher/runtime";
import { showImageProgress } from "../output/image-progress.js";
import { enterCgroup } from "./enter-cgroup.js";
import { forwardSignals, toExitCode } from "./signals.js";
import { renderVerdict, toRunExitCode } from "./verdict.js";

export interface RunContainerOptions {
  container: ContainerOptions;
  terminal: { tty: boolean; interactive: boolean };
  /** How the making of a missing image is shown. */
  display: { image: string; quiet: boolean };
  /** Called before the start; makes an image that needs more than its name. */
  prepare: (signal: AbortSignal, onProgress: (progress: ImageProgress) => void) => Promise<void>;
  notice: (line: string) => void;
}

/** Runs a container on this process's own streams or terminal, forwards signals, and resolves to the exit code. */
export async function runContainer(options: RunContainerOptions): Promise<number> {
  const { container: described, terminal, notice } = options;
  const signals = forwardSignals({ terminal: terminal.tty, notice });
  try {
    await using container = await start(options, signals.abort);
    signals.attach(container);
    await using attached = terminal.tty
      ? (await import("./terminal.js")).attachTerminal(container, terminal)
      : undefined;
    const result = await container.wait();
    await attached?.drained;
    const { limits = {}, timeout } = described;
    const verdict = renderVerdict(result, { limits, timeout });
    if (verdict !== undefined) notice(verdict);
    return toRunExitCode(result);
  } catch (error) {
    if (signals.received !== undefined) return toExitCode(signals.received);
    throw error;
  }
}

async function start(options: RunContainerOptions, signal: AbortSignal): Promise<Container> {
  const { terminal, display } = options;
  using progress = showImageProgress(display);
  await options.prepare(signal, progress.update);
  await enterCgroup(options.container);
  return await startContainer({
    ...options.container,
    ...(terminal.tty ? await describeTerminal() : describeStreams(terminal)),
    startSignal: signal,
    onImageProgress: progress.update,
  });
}

type Streams = Pick<ContainerOptions, "stdin" | "stdout" | "stderr">;

/** The container writes to this process's own descriptors: nothing is copied. */
function describeStreams({ interactive }: { interactive: boolean }): Streams {
  return { stdin: interactive ? "inherit" : "null", stdout: "inherit", stderr: "inherit" };
}

/** Loaded where it is used: node:tty costs a seventh of Node's own start. */
async function describeTerminal(): Promise<Pick<ContainerOptions, "terminal">> {
  const { readTerminalSize } = await import("./terminal-size.js");
  return { terminal: readTerminalSize() };
}
