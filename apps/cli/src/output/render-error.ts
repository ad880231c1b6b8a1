import { DockherError } from "@dockher/spec";

/**
 * Makes an error readable: one line, and a second one with the fix where there is one.
 * With `debug` the stack and every cause follow.
 */
export function renderError(error: unknown, { debug }: { debug: boolean }): string {
  const lines = [`dockher: ${describeError(error)}`];
  if (error instanceof DockherError && error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  if (debug) lines.push(...renderStack(error));
  else if (!(error instanceof DockherError)) lines.push("hint: DOCKHER_DEBUG=1 shows more");
  return `${lines.join("\n")}\n`;
}

function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, "; ");
}

function renderStack(error: unknown): string[] {
  const lines: string[] = [];
  for (let cause = error; cause !== undefined; cause = (cause as Error).cause) {
    if (!(cause instanceof Error)) return [...lines, String(cause)];
    lines.push(cause.stack ?? cause.message);
    if (cause instanceof AggregateError) lines.push(...cause.errors.flatMap(renderStack));
  }
  return lines;
}
