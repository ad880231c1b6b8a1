import type { Directories } from "@dockher/runtime";

/** Where this command line keeps things, for the runtime: `--root`, else `DOCKHER_ROOT`, else the defaults. */
export async function readDirectories(
  root: string | undefined,
): Promise<{ directories: Directories }> {
  const { resolveDirectories } = await import("@dockher/rootfs");
  return { directories: resolveDirectories({ root }) };
}
