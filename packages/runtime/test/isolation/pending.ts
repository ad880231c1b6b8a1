/** What only a system call filter can hold. This list goes when there is one. */
export const NEEDS_SECCOMP: readonly string[] = [];
