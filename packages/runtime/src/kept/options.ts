import type { LogSettings, RestartPolicy } from "@dockher/ns";
import type { ContainerOptions, Directories, ImageProgress } from "../options.js";
import type { HealthcheckOptions } from "./healthcheck.js";

/** What of a container's description can be kept on disk, and means something without the process that gave it. */
export type KeptOptions = Omit<
  ContainerOptions,
  | "directories"
  | "name"
  | "onImageProgress"
  | "signal"
  | "startSignal"
  | "stderr"
  | "stdin"
  | "stdout"
  | "timeout"
>;

/** A container that outlives the process that makes it. */
export interface CreateOptions extends KeptOptions {
  /** Default a word and a surname, such as `calm_lovelace`. */
  name?: string;
  /** Keeps stdin open for who attaches. Default false. */
  openStdin?: boolean;
  labels?: Record<string, string>;
  /** Ports that it listens on, such as `80/tcp`, beside the image's: for who looks at it, nothing is opened. */
  exposedPorts?: string[];
  /** Default `json-file`, of any size. */
  log?: LogSettings;
  /** Default `no`. */
  restart?: RestartPolicy;
  /** Default the image's; `"none"` for none. What is left out is the image's, or Docker's default. */
  healthcheck?: Partial<HealthcheckOptions> | "none";
  /** What asks the command to end. Default the image's, else SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Milliseconds after which a command that was asked to end is killed. Default 10 000. */
  stopTimeout?: number;
  /** Removes the container when it has ended. Default false. */
  autoRemove?: boolean;
  /**
   * What a monitor runs when its container has ended, with the data directory and the container's id behind it: it must call
   * `finishContainer`. Default a program of this package.
   */
  finishCommand?: readonly string[];
  directories?: Partial<Directories>;
  /** Aborting undoes what was made. */
  signal?: AbortSignal;
  onImageProgress?: (progress: ImageProgress) => void;
}
