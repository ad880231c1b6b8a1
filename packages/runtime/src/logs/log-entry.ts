/** One entry of a container's log. */
export interface LogEntry {
  stream: "stdout" | "stderr";
  /** RFC 3339 with nanoseconds, UTC, as it was written. */
  time: string;
  /** With its final newline, unless the line goes on in the next entry of its stream, or never ended. */
  text: string;
}

/** Something in a log that is no entry, and was passed over. */
export interface LogDamage {
  path: string;
  /** Where it begins, bytes from the beginning of the file. */
  offset: number;
  reason: /** No entry of Docker's format. */
    | "malformed"
    /** Longer than any entry. */
    | "too-long"
    /** The writer was killed in the middle of it. */
    | "unfinished";
}

/** What the writer puts in front of each entry; within a string the quotes would be escaped. */
const BEGINNING = '{"log":"';

/** An entry and whether something else stood before it. */
export interface ParsedLine {
  entry: LogEntry | undefined;
  damaged: boolean;
}

/**
 * Reads a line of Docker's json-file format. Where a writer was killed in the middle of an entry, the next one stands behind it in
 * the same line and is found.
 */
export function parseLogLine(line: string): ParsedLine {
  const entry = parseEntry(line);
  if (entry !== undefined) return { entry, damaged: false };
  const last = line.lastIndexOf(BEGINNING);
  return { entry: last > 0 ? parseEntry(line.slice(last)) : undefined, damaged: true };
}

function parseEntry(line: string): LogEntry | undefined {
  let value: { log?: unknown; stream?: unknown; time?: unknown } | null;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { log, stream, time } = value ?? {};
  if (typeof log !== "string" || typeof time !== "string") return undefined;
  if (stream !== "stdout" && stream !== "stderr") return undefined;
  return { stream, time, text: log };
}
