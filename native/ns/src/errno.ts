import { getSystemErrorMap } from "node:util";

/** Name and meaning of a positive errno. */
export interface ErrnoText {
  name: string;
  description: string;
}

/** Look up what the kernel meant by `errno`. */
export function describeErrno(errno: number): ErrnoText {
  // Node makes the map anew each time, which takes longer than the system call that failed.
  libuvNames ??= getSystemErrorMap();
  const [name, description] = libuvNames.get(-errno) ?? [
    kernelNames[errno] ?? `errno ${errno}`,
    "",
  ];
  return { name, description };
}

let libuvNames: ReadonlyMap<number, [name: string, description: string]> | undefined;

/** `EPERM (operation not permitted)`. */
export function formatErrno(errno: number): string {
  const { name, description } = describeErrno(errno);
  return description === "" ? name : `${name} (${description})`;
}

/** What containers meet and libuv has no name for: asm-generic/errno.h. */
const kernelNames: Readonly<Record<number, string>> = {
  8: "ENOEXEC",
  15: "ENOTBLK",
  35: "EDEADLK",
  87: "EUSERS",
  122: "EDQUOT",
  126: "ENOKEY",
};
