/** What seccomp(2) takes. */
export interface Filter {
  /** Classic BPF, 8 bytes an instruction. */
  program: Uint8Array;
  /** SECCOMP_FILTER_FLAG_*. */
  flags: number;
}
