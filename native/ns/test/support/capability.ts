import { existsSync } from "node:fs";
import { findMissingSystemCalls } from "../../src/index.js";

/** A static busybox of this machine. */
export const busybox: string | undefined = ["/usr/bin/busybox", "/bin/busybox"].find(existsSync);

/** Why real containers cannot be started here, or undefined. */
export function findObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  if (busybox === undefined) return "needs busybox-static";
  const missing = findMissingSystemCalls();
  return missing.length > 0 ? `the kernel lacks ${missing.join(", ")}` : undefined;
}

/** The parts of uvu's suite that tests add themselves to. */
export type Suite = (name: string, test: () => Promise<void> | void) => void;

/** Add tests that need real containers, or say once why they are left out. */
export function whenPossible(
  suiteName: string,
  obstacle: string | undefined,
  add: () => void,
): void {
  if (obstacle === undefined) add();
  else console.log(`SKIP ${suiteName}: ${obstacle}`);
}
