import { readFile } from "node:fs/promises";
import { hasErrno } from "./error.js";

/** What the host says of itself, os-release(5). */
export interface HostDistribution {
  /** Such as `debian`, `ubuntu`, `fedora`; `linux` where the file is missing. */
  id: string;
  /** Such as `bookworm`. */
  codename?: string;
}

export async function readHostDistribution(
  paths: readonly string[] = ["/etc/os-release", "/usr/lib/os-release"],
): Promise<HostDistribution> {
  for (const path of paths) {
    try {
      const fields = parseOsRelease(await readFile(path, "utf8"));
      const codename = fields.get("VERSION_CODENAME");
      return { id: fields.get("ID") ?? "linux", ...(codename ? { codename } : {}) };
    } catch (error) {
      if (!hasErrno(error, "ENOENT")) throw error;
    }
  }
  return { id: "linux" };
}

/** The recipe that is like the host; undefined where the host is neither Debian nor Ubuntu. */
export async function detectHostDistribution(): Promise<"debian" | "ubuntu" | undefined> {
  const { id } = await readHostDistribution();
  return id === "debian" || id === "ubuntu" ? id : undefined;
}

export function parseOsRelease(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const quoted = /^(["'])(.*)\1$/.exec(match[2])?.[2];
    fields.set(match[1], (quoted ?? match[2]).replace(/\\(["$`\\])/g, "$1"));
  }
  return fields;
}
