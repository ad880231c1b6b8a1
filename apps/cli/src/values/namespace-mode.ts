import type { ContainerNamespace } from "@dockher/runtime";
import { UsageError } from "../error.js";

/** Docker's words for whose namespace a container gets. */
const MODES = {
  pid: ["private", "host"],
  ipc: ["private", "shareable", "none", "host"],
  uts: ["private", "host"],
  cgroupns: ["private", "host"],
  network: ["none", "host"],
} as const;

type Modes = typeof MODES;

/** Those that may be another container's. */
const JOINABLE: ReadonlySet<keyof Modes> = new Set(["network", "pid", "ipc"]);

type NamespaceMode<Option extends keyof Modes> =
  | Modes[Option][number]
  | (Option extends "ipc" | "network" | "pid" ? ContainerNamespace : never);

/**
 * Reads `--pid host`, `--ipc container:NAME` and their like. As in Docker an empty one is the default.
 * @throws UsageError `INVALID_NAMESPACE`
 */
export function parseNamespaceMode<Option extends keyof Modes>(
  option: Option,
  text: string | undefined,
): NamespaceMode<Option> | undefined {
  if (text === undefined || text === "") return undefined;
  const words: readonly string[] = MODES[option];
  if (words.includes(text)) return text as Modes[Option][number];
  const container = JOINABLE.has(option) ? /^container:(.+)$/.exec(text)?.[1] : undefined;
  if (container !== undefined) return { container } as NamespaceMode<Option>;
  const all = JOINABLE.has(option) ? [...words, "container:NAME"] : words;
  throw new UsageError(`failed to parse --${option} "${text}": there is no such mode`, {
    code: "INVALID_NAMESPACE",
    hint: `write --${option} ${all.slice(0, -1).join(", ")} or ${all.at(-1)}`,
  });
}

/** As Docker's `inspect` shows it. */
export function formatNamespaceMode(mode: string | ContainerNamespace): string {
  return typeof mode === "object" ? `container:${mode.container}` : mode;
}
