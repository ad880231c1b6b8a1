import { resolve } from "node:path";
import { UsageError } from "../error.js";

/** One side of `dockher cp`. A path keeps what it says at its end: `/`, `/.`. */
export type CopyOperand =
  | { type: "stream" }
  | { type: "local"; path: string; written: string }
  | { type: "container"; container: string; path: string; written: string };

/**
 * `CONTAINER:PATH`, a path of this machine, or `-`. A path with a colon in its first component begins with `./`.
 * @throws UsageError `INVALID_COPY`
 */
export function parseCopyOperand(text: string, cwd: string): CopyOperand {
  if (text === "-") return { type: "stream" };
  const [, container, path = ""] = /^([^/.:][^/:]*):(.*)$/s.exec(text) ?? [];
  if (container !== undefined) {
    if (path === "") throw refuse(text, `write ${container}:/`);
    return { type: "container", container, path: `/${path.replace(/^\/+/, "")}`, written: text };
  }
  if (text === "" || text.startsWith(":")) throw refuse(text, "write NAME:/path, or a path");
  const directory = /\/\.?$|^\.$/.exec(text)?.[0] ?? "";
  const suffix = directory === "." ? "/." : directory;
  const absolute = resolve(cwd, text);
  return {
    type: "local",
    path: absolute === "/" ? `/${suffix.slice(1)}` : absolute + suffix,
    written: text,
  };
}

function refuse(text: string, hint: string): UsageError {
  return new UsageError(`failed to parse "${text}": it names no file`, {
    code: "INVALID_COPY",
    hint,
  });
}
