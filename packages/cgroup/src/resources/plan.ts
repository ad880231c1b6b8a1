import type { Controller } from "../hierarchy.js";

/** One write to a control file of a cgroup. A plan is a list of them, made before anything is changed. */
export interface ControlWrite {
  controller: Controller;
  file: string;
  value: string;
  /** Another file of the same meaning, used where the kernel lacks the first. */
  otherwise?: { file: string; value: string };
  /** The property that asked for it, for messages. */
  property: string;
  /** Swap cannot be limited without its file; that is harmless while the machine has no swap. */
  harmlessWithoutSwap?: true;
}

/** What the cgroup holds now; where absent, it is new. Decides the order and the gaps of an update. */
export interface CurrentValues {
  /** v1: memory and swap together, bytes; null for no limit. */
  memorySwap?: number | null;
  /** v1: microseconds. */
  period?: number;
  /** v2: the first word of cpu.max. */
  quota?: string;
}
