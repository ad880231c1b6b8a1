import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ImageStore } from "@dockher/rootfs";
import type { Directories } from "../src/options.ts";

/** Makes a nameless image of busybox's layers with these labels; its id. */
export async function copyImage(
  directories: Directories,
  labels: Record<string, string>,
): Promise<string> {
  const store = ImageStore.open(directories);
  const { config } = await store.inspect("busybox");
  const text = JSON.stringify({ ...config, config: { ...config.config, Labels: labels } });
  const digest = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(store.layout.configs, `${digest}.json`), text);
  return `sha256:${digest}`;
}
