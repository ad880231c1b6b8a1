import { isAbsolute, join } from "node:path";
import { RootfsError } from "./error.js";

/** Where images and caches lie; both absolute. */
export interface StoreDirectories {
  /** Images, layers and the stages that become them. */
  root: string;
  /** Downloads and finished root filesystems; may be deleted at any time. */
  cache: string;
}

export interface ResolveDirectoriesOptions {
  root?: string | undefined;
  cache?: string | undefined;
  env?: Readonly<Record<string, string | undefined>>;
  /** The effective user; 0 is root. */
  uid?: number;
}

/**
 * The directories of the store: what is given, else `DOCKHER_ROOT`, else the system's for root and
 * the XDG base directories for others.
 * @throws RootfsError `DIRECTORY_INVALID` for a relative path, `HOME_UNKNOWN` where there is no home
 */
export function resolveDirectories(options: ResolveDirectoriesOptions = {}): StoreDirectories {
  const env = options.env ?? process.env;
  const uid = options.uid ?? process.geteuid?.() ?? 0;
  const root =
    options.root ??
    (env["DOCKHER_ROOT"] ||
      (uid === 0
        ? "/var/lib/dockher"
        : join(env["XDG_DATA_HOME"] || join(requireHome(env), ".local/share"), "dockher")));
  const cache =
    options.cache ??
    (uid === 0
      ? "/var/cache/dockher"
      : join(env["XDG_CACHE_HOME"] || join(requireHome(env), ".cache"), "dockher"));
  for (const [role, path] of Object.entries({ root, cache })) {
    if (!isAbsolute(path) || path.includes("\0")) {
      throw new RootfsError(
        `failed to use ${JSON.stringify(path)} as ${role} directory: it is not an absolute path`,
        { code: "DIRECTORY_INVALID" },
      );
    }
  }
  return { root, cache };
}

function requireHome(env: Readonly<Record<string, string | undefined>>): string {
  const home = env["HOME"];
  if (home) return home;
  throw new RootfsError("failed to find the data directory: HOME is not set", {
    code: "HOME_UNKNOWN",
    hint: "set HOME, or name a directory with --root",
  });
}
