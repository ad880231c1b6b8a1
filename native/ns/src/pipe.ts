import { closeSync } from "node:fs";
import type { Socket } from "node:net";

/** Our end of a pipe: a descriptor until somebody asks for the stream. */
export class Pipe {
  private fd: number;
  private socket: Socket | undefined;

  /** `fd` is negative where there is no pipe. */
  constructor(fd: number) {
    this.fd = fd;
  }

  /** The stream, made at first use; undefined where there is no pipe or its descriptor was taken. */
  open(direction: "read" | "write"): Socket | undefined {
    if (this.socket !== undefined) return this.socket;
    const fd = this.take();
    if (fd === undefined) return undefined;
    // Loaded here because most containers of a program that captures nothing need no stream.
    const { Socket } = process.getBuiltinModule("node:net");
    this.socket = new Socket({
      fd,
      readable: direction === "read",
      writable: direction === "write",
    });
    return this.socket;
  }

  /** The descriptor, which is the caller's to close from here on. */
  take(): number | undefined {
    const { fd } = this;
    this.fd = -1;
    return fd < 0 ? undefined : fd;
  }

  close(): void {
    const fd = this.take();
    if (fd !== undefined) closeSync(fd);
    this.socket?.destroy();
  }
}
