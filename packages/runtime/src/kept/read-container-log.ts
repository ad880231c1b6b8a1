import { RuntimeError } from "../error.js";
import type { LogEntry } from "../logs/log-entry.js";
import { type ReadLogOptions, readLog } from "../logs/read-log.js";
import { isLive } from "./container-status.js";
import type { ContainerTarget } from "./find-container.js";
import { inspectContainer } from "./inspect-container.js";
import { waitContainer } from "./signal-container.js";

export interface ReadContainerLogOptions
  extends ContainerTarget,
    Omit<ReadLogOptions, "follow" | "path"> {
  /** Goes on until the container has ended. */
  follow?: boolean;
}

/**
 * What a container has written, in the order in which it did.
 * @throws RuntimeError `LOG_UNAVAILABLE` where it keeps no log, and as `readLog`
 */
export async function* readContainerLog(
  options: ReadContainerLogOptions,
): AsyncGenerator<LogEntry, void, undefined> {
  const { container: _container, directories: _directories, follow = false, ...rest } = options;
  const { logPath, status, config } = inspectContainer(options);
  if (logPath === undefined) {
    throw new RuntimeError(`failed to read the log of ${config.name}: it keeps none`, {
      code: "LOG_UNAVAILABLE",
      hint: "create it with --log-driver json-file",
    });
  }
  const reading = new AbortController();
  const ended =
    follow && isLive(status) ? waitContainer({ ...options, signal: reading.signal }) : undefined;
  ended?.catch(() => {});
  try {
    yield* readLog({ ...rest, path: logPath, follow: ended });
  } finally {
    // Who has read enough does not wait for the end.
    reading.abort();
  }
}
