import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { hostname } from "node:os";

/** What the host knows of itself and a container should not find; the probe takes them as NAME=VALUE. */
export type Facts = Readonly<Record<string, string>>;

const NAMESPACES = ["cgroup", "ipc", "mnt", "net", "pid", "uts"];

/** A process of the host with one of everything that a container must not find. */
export interface Canary {
  facts: Facts;
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** Starts the canary, as a user where there is one: nobody is kept from their own things by being somebody else. */
export async function startCanary(program: string, user: number | undefined): Promise<Canary> {
  const child = spawn(program, [], {
    stdio: ["pipe", "pipe", "inherit"],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  const text = await readParagraph(child);
  return {
    facts: Object.fromEntries(text.split("\n").map((line) => line.split("=", 2))),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      const ended = once(child, "exit");
      child.stdin?.end();
      await ended;
    },
  };
}

async function readParagraph(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (text.endsWith("\n\n")) return text.trim();
  }
  throw new Error("the canary did not start");
}

/** What any caller on this host has in common. */
export function gatherHostFacts(file: string): Facts {
  return {
    secret: `secret-${randomUUID()}`,
    group: "4242",
    key: "probe-key",
    file,
    hostname: hostname(),
    disk: findDisk(),
    devpts: String(statSync("/dev/pts").dev),
    ...Object.fromEntries(
      NAMESPACES.map((type) => [`ns-${type}`, readlinkSync(`/proc/self/ns/${type}`)]),
    ),
  };
}

/** The first disk of the host as MAJOR:MINOR, or loop0. */
function findDisk(): string {
  const [, , line = ""] = readFileSync("/proc/partitions", "utf8").split("\n");
  const [major, minor] = line.trim().split(/\s+/);
  return minor === undefined ? "7:0" : `${major}:${minor}`;
}

export function formatFacts(facts: Facts): string[] {
  return Object.entries(facts).map(([name, value]) => `${name}=${value}`);
}
