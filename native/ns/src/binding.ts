import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { NsError } from "./error.js";

declare const handle: unique symbol;
/** A start inside the addon. */
export type Handle = { readonly [handle]: true };

/** The first argument of the callback of `start`; the numbers of `enum ns_event` in shim/binding.c. */
export const BindingEvent: {
  readonly parked: 0;
  readonly started: 1;
  readonly failed: 2;
  readonly exited: 3;
} = { parked: 0, started: 1, failed: 2, exited: 3 };

/** Gets an event and as many numbers as it has. */
export type BindingCallback = (
  event: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
) => void;

/** The addon, shim/binding.c. Calls that return a number return it negative for an errno. */
export interface Binding {
  /** Path of the static init, before the first start. */
  configure(initPath: string): void;
  /**
   * The callback gets an event and its numbers:
   * parked: pid; started: pid, console, stdin, stdout, stderr; failed: phase, index, errno, detail, signal;
   * exited: code or -1, signal, user and system microseconds, peak bytes or -1, wall nanoseconds.
   */
  start(plan: Uint8Array, callback: BindingCallback): Handle;
  release(handle: Handle): number;
  abort(handle: Handle): void;
  /** Our end of the pipe of stdin, stdout or stderr (0 to 2); what nobody takes is closed with the handle. */
  takePipe(handle: Handle, stream: number): number;
  kill(handle: Handle, signal: number): number;
  /** `held` is a descriptor or -1. The callback gets a socket or a negative errno. */
  spawnMonitor(
    monitorPath: string,
    initPath: string,
    settings: Uint8Array,
    held: number,
    callback: (result: number) => void,
  ): void;
  openInRoot(root: string, path: string, flags: number, mode: number): number;
  tryLock(fd: number, shared: boolean): number;
  pidfdOpen(pid: number): number;
  pidfdSendSignal(pidfd: number, signal: number): number;
  resize(fd: number, rows: number, columns: number): number;
  attachDeviceFilter(directory: string, program: Uint8Array): number;
  missingSystemCalls(): string[];
}

/** Own build first, then the one that came with the package. */
function findAddon(): string {
  const shim = path.resolve(import.meta.dirname, "../shim");
  const candidates = [
    path.join(shim, "build/Release/ns.node"),
    path.join(shim, `prebuilds/${process.platform}-${process.arch}/ns.node`),
  ];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  throw new NsError(
    `failed to load the shim of @dockher/ns: there is none for ${process.platform}-${process.arch}`,
    {
      code: "ADDON_UNAVAILABLE",
      hint: `${describeRemedy(shim)} (looked for ${candidates.join(" and ")})`,
    },
  );
}

function describeRemedy(shim: string): string {
  return `with a C compiler, make and Python, run: npx node-gyp@12 rebuild --directory=${shim}`;
}

/** The static programs that lie beside the addon. */
function findProgram(addon: string, name: "init" | "monitor"): string {
  return path.join(path.dirname(addon), name);
}

const addon = findAddon();
export const initPath: string = findProgram(addon, "init");
export const monitorPath: string = findProgram(addon, "monitor");

function loadBinding(): Binding {
  try {
    const binding: Binding = createRequire(import.meta.url)(addon);
    binding.configure(initPath);
    return binding;
  } catch (cause) {
    throw new NsError(`failed to load ${addon}: ${String(cause)}`, {
      code: "ADDON_UNAVAILABLE",
      hint: describeRemedy(path.resolve(import.meta.dirname, "../shim")),
      cause,
    });
  }
}

export const binding: Binding = loadBinding();
