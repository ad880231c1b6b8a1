import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import { binding, type Handle } from "./binding.js";

/** Our end of a pipe: the addon's, which closes it with its worker, until somebody asks for it. */
export class Pipe {
  private readonly handle: Handle;
  private readonly stream: number;
  private held: boolean;
  private socket: Socket | undefined;

  /** `fd` is negative where there is no pipe. */
  constructor({ handle, stream, fd }: { handle: Handle; stream: number; fd: number }) {
    this.handle = handle;
    this.stream = stream;
    this.held = fd >= 0;
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
    if (!this.held) return undefined;
    this.held = false;
    return binding.takePipe(this.handle, this.stream);
  }

  close(): void {
    const fd = this.take();
    if (fd !== undefined) closeSync(fd);
    this.socket?.destroy();
  }
}
