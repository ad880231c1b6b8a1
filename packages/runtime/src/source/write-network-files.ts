import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mount } from "@dockher/spec";

export interface NetworkFilesOptions {
  /** The container's own directory. */
  directory: string;
  hostname: string;
  network: "none" | "host";
}

/**
 * Writes the files of `/etc` that belong to a container rather than to its image, as Docker does, and returns the mounts
 * that put them in place.
 */
export async function writeNetworkFiles(options: NetworkFilesOptions): Promise<Mount[]> {
  const { directory, hostname, network } = options;
  const files = {
    hostname: `${hostname}\n`,
    hosts: network === "host" ? await readHostFile("hosts") : formatHosts(hostname),
    "resolv.conf": network === "host" ? await readHostFile("resolv.conf") : "",
  };
  return Promise.all(
    Object.entries(files).map(async ([name, content]): Promise<Mount> => {
      const source = join(directory, name);
      await writeFile(source, content, { mode: 0o644 });
      return {
        destination: `/etc/${name}`,
        type: "bind",
        source,
        options: ["bind", "rprivate"],
      };
    }),
  );
}

/** The container's name leads to its loopback interface: it has no other. */
function formatHosts(hostname: string): string {
  return `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t${hostname}\n`;
}

async function readHostFile(name: string): Promise<string> {
  try {
    return await readFile(`/etc/${name}`, "utf8");
  } catch {
    return "";
  }
}
