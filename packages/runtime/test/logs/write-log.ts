/** Writes a log as fast as it can, rotating as the monitor of a container does: write-log.ts PATH ENTRIES MAX_SIZE. */
import { closeSync, existsSync, openSync, renameSync, writeSync } from "node:fs";

const [path = "", entries = "0", maxSize = "0"] = process.argv.slice(2);
const FILES = 1000;
let fd = openSync(path, "a");
let size = 0;

function rotate(): void {
  for (let index = FILES - 1; index > 0; index--) {
    const from = index === 1 ? path : `${path}.${index - 1}`;
    if (existsSync(from)) renameSync(from, `${path}.${index}`);
  }
  const old = fd;
  fd = openSync(path, "a");
  closeSync(old);
  size = 0;
}

for (let number = 0; number < Number(entries); number++) {
  if (size >= Number(maxSize)) rotate();
  const text = `${number} ${"x".repeat(number % 300)}\n`;
  const line = `${JSON.stringify({ log: text, stream: "stdout", time: new Date().toISOString() })}\n`;
  size += line.length;
  // Sometimes in two halves, as a write that a full pipe or a signal cuts.
  const cut = number % 7 === 0 ? 20 : line.length;
  writeSync(fd, line.slice(0, cut));
  if (cut < line.length) writeSync(fd, line.slice(cut));
}
