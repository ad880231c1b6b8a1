import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mount } from "@dockher/spec";
import { mapBind } from "../spec/adapt-to-user-namespace.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";

export interface NetworkFilesOptions {
  /** The container's own directory. */
  directory: string;
  hostname: string;
  network: "none" | "host";
  userNamespace: UserNamespace["type"];
}

/**
 * Writes the files of `/etc` that belong to a container rather than to its image, as Docker does, and returns the mounts
 * that put them in place.
 */
export function writeNetworkFiles(options: NetworkFilesOptions): Mount[] {
  const { directory, hostname, network, userNamespace } = options;
  const files = {
    hostname: `${hostname}\n`,
    hosts: network === "host" ? readHostFile("hosts") : formatHosts(hostname),
    "resolv.conf": network === "host" ? readHostFile("resolv.conf") : "",
  };
  return Object.entries(files).map(([name, content]) => {
    const source = join(directory, name);
    writeFileSync(source, content, { mode: 0o644 });
    const mount = {
      destination: `/etc/${name}`,
      type: "bind",
      source,
      options: ["bind", "rprivate"],
    };
    return userNamespace === "mapped" ? mapBind(mount) : mount;
  });
}

/** The container's name leads to its loopback interface: it has no other. */
function formatHosts(hostname: string): string {
  return `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t${hostname}\n`;
}

function readHostFile(name: string): string {
  try {
    return readFileSync(`/etc/${name}`, "utf8");
  } catch {
    return "";
  }
}
