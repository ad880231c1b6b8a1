// What the bundle takes for node:crypto where only random bytes are wanted: to start OpenSSL costs a sixth of Node's own start.
import { closeSync, openSync, readSync } from "node:fs";

/** As crypto.randomBytes(); urandom(4) gives up to 256 bytes in one piece. */
export function randomBytes(size) {
  const bytes = Buffer.alloc(size);
  const fd = openSync("/dev/urandom", "r");
  try {
    if (readSync(fd, bytes) !== size) throw new Error("failed to read /dev/urandom: it is short");
    return bytes;
  } finally {
    closeSync(fd);
  }
}
