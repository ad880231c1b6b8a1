import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { Mount } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { ContainerOptions, DnsOptions } from "../options.js";
import { mapBind } from "../spec/adapt-to-user-namespace.js";
import type { UserNamespace } from "../user-namespace/user-namespace.js";

export interface NetworkFilesOptions {
  /** The container's own directory. */
  directory: string;
  hostname: string;
  options: Pick<ContainerOptions, "dns" | "extraHosts" | "network">;
  userNamespace: UserNamespace["type"];
  /** The directory of the container whose network it is: its files are this one's too. */
  sharedWith?: string | undefined;
}

/**
 * Refuses what would be no line of these files, or more than one.
 * @throws RuntimeError `INVALID_HOST`, `INVALID_DNS`
 */
export function checkNetworkFiles({
  extraHosts = {},
  dns = {},
}: Pick<ContainerOptions, "dns" | "extraHosts">): void {
  for (const [name, address] of Object.entries(extraHosts)) {
    if (/^[^\s#]+$/.test(name) && isIP(address) !== 0) continue;
    throw new RuntimeError(`failed to add host "${name}": "${address}" is no address`, {
      code: "INVALID_HOST",
      hint: "name it and its address: db 10.0.0.2",
    });
  }
  const refuse = (text: string): RuntimeError =>
    new RuntimeError(`failed to set up name resolution: "${text}" is not what resolv.conf(5) has`, {
      code: "INVALID_DNS",
    });
  for (const server of dns.servers ?? []) if (isIP(server) === 0) throw refuse(server);
  for (const text of [...(dns.search ?? []), ...(dns.options ?? [])]) {
    if (!/^[^\s#;]+$/.test(text)) throw refuse(text);
  }
}

/** What {@link writeNetworkFiles} mounts, whose mount points are made where an image lacks them. */
export const NETWORK_FILES: readonly string[] = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];

/**
 * Writes the files of `/etc` that belong to a container rather than to its image, as Docker does, and returns the mounts
 * that put them in place.
 */
export function writeNetworkFiles(given: NetworkFilesOptions): Mount[] {
  const { directory, hostname, userNamespace, sharedWith } = given;
  const { network, extraHosts = {}, dns = {} } = given.options;
  const hosts = network === "host" ? readHostFile("hosts") : formatHosts(hostname);
  const files = {
    hostname: `${hostname}\n`,
    hosts: [hosts, ...Object.entries(extraHosts).map(([name, ip]) => `${ip}\t${name}\n`)].join(""),
    "resolv.conf": formatResolver(network === "host" ? readHostFile("resolv.conf") : "", dns),
  };
  return Object.entries(files).map(([name, content]) => {
    const shared = sharedWith === undefined ? undefined : join(sharedWith, name);
    const source = shared !== undefined && existsSync(shared) ? shared : join(directory, name);
    if (source !== shared) writeFileSync(source, content, { mode: 0o644 });
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

/** What is asked for takes the place of the host's lines of the same kind, as in Docker. */
function formatResolver(host: string, { servers, search, options }: DnsOptions): string {
  const own = [
    ...(servers ?? []).map((server) => ["nameserver", server]),
    ...(search === undefined ? [] : [["search", ...search]]),
    ...(options === undefined ? [] : [["options", ...options]]),
  ];
  if (own.length === 0) return host;
  const kinds = new Set(own.map(([kind]) => kind));
  const kept = host.split("\n").filter((line) => line !== "" && !kinds.has(line.split(/\s/)[0]));
  return [...kept, ...own.map((words) => words.join(" "))].map((line) => `${line}\n`).join("");
}

function readHostFile(name: string): string {
  try {
    return readFileSync(`/etc/${name}`, "utf8");
  } catch {
    return "";
  }
}
