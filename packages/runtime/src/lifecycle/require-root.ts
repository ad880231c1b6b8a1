import { RuntimeError } from "../error.js";

/** @throws RuntimeError `ROOT_REQUIRED` */
export function requireRoot(): void {
  if (process.geteuid?.() === 0) return;
  throw new RuntimeError("failed to start the container: this needs root", {
    code: "ROOT_REQUIRED",
    hint: "run it with sudo",
  });
}
