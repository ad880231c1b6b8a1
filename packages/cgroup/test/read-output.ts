import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** All that a child writes to its stdout, or to another of its pipes. */
export function readOutput(child: ChildProcess, fd = 1): Promise<string> {
  return text(child.stdio[fd] as Readable);
}
