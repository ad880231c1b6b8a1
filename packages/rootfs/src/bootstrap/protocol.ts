/** What debootstrap says on descriptor 3 when it is called with `--debian-installer`. */
export type InstallerEvent =
  | { type: "progress"; now: number; end: number; phase?: string }
  | { type: "info" | "warning" | "error"; code: string; message: string };

const KINDS = { P: "progress", I: "info", W: "warning", E: "error" } as const;

interface Pending {
  kind: keyof typeof KINDS;
  text: string;
  args: string[];
}

/**
 * Reads the protocol line by line. A message is a header (`P: now end PHASE`, `I: CODE`), its
 * arguments (`PA:`, `IA:`) and its format (`PF:`, `IF:`), which ends it; `P: now end` without a
 * phase is the progress of the download at hand and stands alone. Lines of no known form are ignored.
 */
export class InstallerParser {
  #rest = "";
  #pending: Pending | undefined;

  /** The events that `chunk` completes; a chunk may end anywhere. */
  push(chunk: string): InstallerEvent[] {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#readLine(line));
  }

  #readLine(line: string): InstallerEvent[] {
    const [, kind, part, text] = /^([PIWE])([AF]?): ?(.*)$/s.exec(line) ?? [];
    if (kind === undefined || text === undefined) return [];
    const pending = this.#pending;
    if (part === "A" || part === "F") {
      if (pending?.kind !== kind) return [];
      if (part === "A") {
        pending.args.push(text);
        return [];
      }
      this.#pending = undefined;
      return finishEvent(pending, text);
    }
    this.#pending = { kind: kind as keyof typeof KINDS, text, args: [] };
    const unfinished = pending ? finishEvent(pending, undefined) : [];
    if (!/^\d+ \d+ ?$/.test(text) || kind !== "P") return unfinished;
    const alone = finishEvent(this.#pending, undefined);
    this.#pending = undefined;
    return [...unfinished, ...alone];
  }
}

function finishEvent(pending: Pending, format: string | undefined): InstallerEvent[] {
  const kind = KINDS[pending.kind];
  if (kind !== "progress") {
    const message = format === undefined ? pending.text : formatMessage(format, pending.args);
    return [{ type: kind, code: pending.text, message }];
  }
  const [, now, end, phase] = /^(\d+) (\d+) ?(\w*)$/.exec(pending.text) ?? [];
  if (now === undefined || end === undefined) return [];
  return [{ type: kind, now: Number(now), end: Number(end), ...(phase ? { phase } : {}) }];
}

/** Fills in printf(1)'s `%s`, all that debootstrap uses, and drops the gaps of empty arguments. */
function formatMessage(format: string, args: readonly string[]): string {
  let index = 0;
  return format
    .replace(/%s/g, () => args[index++] ?? "")
    .replace(/\\n/g, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}
