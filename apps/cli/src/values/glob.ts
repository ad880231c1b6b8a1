/**
 * A pattern of Go's path.Match as a regular expression: `*` and `?` stop at a slash, `[a-z]` and `[^a-z]` are sets.
 * Undefined where it is malformed.
 */
export function compileGlob(glob: string): RegExp | undefined {
  const PART = /\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|([^[\\])/gsuy;
  let source = "";
  let end = 0;
  for (const match of glob.matchAll(PART)) {
    const [part, negated, set, escaped, character = escaped] = match;
    end = match.index + part.length;
    if (part === "*") source += "[^/]*";
    else if (part === "?") source += "[^/]";
    else if (set !== undefined) source += `[${negated}${set}]`;
    else source += (character ?? "").replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }
  if (end !== glob.length) return undefined;
  try {
    return new RegExp(`^${source}$`, "su");
  } catch {
    // A range that runs backwards.
    return undefined;
  }
}
