import type { RunOptions } from "../../src/options.ts";
import { NEEDS_SECCOMP } from "./pending.ts";

/** A way to run containers in which every promise has to hold. */
export interface Mode {
  name: string;
  /** What is told to `run` beside the source and the command. */
  options: Partial<RunOptions>;
  /** The host's user that runs it; root without one. */
  user?: number;
  /** The checks that do not hold yet. They must not: the test fails when one of them does. */
  pending: readonly string[];
}

export const MODES: readonly Mode[] = [
  { name: "root", options: {}, pending: NEEDS_SECCOMP },
  {
    name: "root without init",
    options: { init: false },
    pending: [...NEEDS_SECCOMP, "49 orphans"],
  },
  { name: "root without cgroups", options: { cgroups: "disabled" }, pending: NEEDS_SECCOMP },
  { name: "root with a read-only root", options: { readonly: true }, pending: NEEDS_SECCOMP },
];
