import type { ImageProgress } from "@dockher/runtime";
import type { SingleBar } from "cli-progress";

/** Shows the making of an image. */
export interface ProgressDisplay extends Disposable {
  update: (progress: ImageProgress) => void;
}

export interface ProgressOptions {
  image: string;
  quiet: boolean;
}

/** A bar where somebody looks at it, a line for each phase where nobody does, nothing where it was asked for. */
export function showImageProgress({ image, quiet }: ProgressOptions): ProgressDisplay {
  let display: ProgressDisplay | undefined;
  return {
    update: (progress) => {
      if (quiet) return;
      // Not before there is something to show: to touch process.stderr loads half of node:net.
      display ??= process.stderr.isTTY ? showBar(image) : showLines(image);
      display.update(progress);
    },
    [Symbol.dispose]: () => display?.[Symbol.dispose](),
  };
}

function showLines(image: string): ProgressDisplay {
  let shown = "";
  return {
    update: ({ phase, message = phase }) => {
      if (phase !== shown) process.stderr.write(`dockher: image ${image}: ${message}\n`);
      shown = phase;
    },
    [Symbol.dispose]: () => {},
  };
}

function showBar(image: string): ProgressDisplay {
  let bar: SingleBar | undefined;
  let latest: ImageProgress | undefined;
  let ended = false;
  const start = async (): Promise<void> => {
    const { default: progress } = await import("cli-progress");
    if (ended) return;
    bar = new progress.SingleBar({
      format: `${image} [{bar}] {percentage}% {phase} {left}`,
      barCompleteChar: "=",
      barIncompleteChar: " ",
      barsize: 24,
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false,
      stream: process.stderr,
    });
    bar.start(100, Math.round(latest?.percent ?? 0), describe(latest));
  };
  return {
    update: (progress) => {
      // Loaded only when an image is made: that is rare, and a start is not.
      if (latest === undefined) void start();
      latest = progress;
      bar?.update(Math.round(progress.percent), describe(progress));
    },
    [Symbol.dispose]: () => {
      ended = true;
      bar?.stop();
    },
  };
}

function describe(progress: ImageProgress | undefined): { phase: string; left: string } {
  const { phase = "", etaMs } = progress ?? {};
  return { phase, left: etaMs === undefined ? "" : `${Math.ceil(etaMs / 1000)} s left` };
}
