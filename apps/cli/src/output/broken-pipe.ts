import { constants } from "node:os";

/** What a shell reports of a program that a closed pipe killed. */
const BROKEN_PIPE = 128 + constants.signals.SIGPIPE;

/** For a stream's errors: a reader that has left, as in `dockher images | head -1`, or a terminal that is gone, is no error of ours. */
export function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE" || error.code === "EIO") process.exit(BROKEN_PIPE);
  throw error;
}
