import { createInterface } from "node:readline/promises";

/** Asks in Docker's words before something is lost; the end of the input is a no. */
export async function askConsent(question: string): Promise<boolean> {
  process.stdout.write(`WARNING! ${question}\nAre you sure you want to continue? [y/N] `);
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return /^y(?:es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
    process.stdin.unref();
  }
}
