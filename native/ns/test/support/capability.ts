import { spawnSync } from "node:child_process";
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

/** Somebody without rights: nobody. */
export const nobody = { uid: 65_534, gid: 65_534 } as const;

/** Why an unprivileged user cannot run this Node with this library, or undefined. */
export function findUserObstacle(): string | undefined {
  const library = new URL("../../dist/index.js", import.meta.url).href;
  const script = ["--input-type=module", "-e", `import ${JSON.stringify(library)}`];
  const { status } = spawnSync(process.execPath, script, { ...nobody, stdio: "ignore" });
  return status === 0 ? undefined : "nobody may not run this Node, or not read this directory";
}

/** Add tests that need real containers, or say once why they are left out. */
export function whenPossible(
  suiteName: string,
  obstacle: string | undefined,
  add: () => void,
): void {
  if (obstacle === undefined) add();
  else console.log(`SKIP ${suiteName}: ${obstacle}`);
}
