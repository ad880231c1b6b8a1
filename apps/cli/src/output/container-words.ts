import type { ContainerSummary } from "@dockher/runtime";
import { quoteString } from "./template/printf.js";
import { formatAge, formatDuration } from "./time.js";

const SHORT_ID = 12;
const SHORT_COMMAND = 20;

/** An id as lists show it: its first 12 digits, without the name of a digest. */
export function shortenId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, SHORT_ID);
}

/** A text of at most so many characters, the last of which tells that there were more. */
export function shortenText(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

/** A command as `ps` shows it: quoted, and cut where it is not to be whole. */
export function describeCommand(args: readonly string[], { whole }: { whole: boolean }): string {
  const command = args.join(" ");
  return quoteString(whole ? command : shortenText(command, SHORT_COMMAND));
}

/** What the STATUS column of `ps` tells of. */
export type ContainerStatus =
  | { state: "created" | "dead" }
  | {
      state: "running" | "paused";
      startedAt: Date;
      health?: { status: "starting" | "healthy" | "unhealthy" } | undefined;
    }
  | { state: "restarting" | "exited"; exitCode: number; finishedAt: Date };

/** Docker's words for it: `Up 2 hours (healthy)`, `Exited (137) 3 minutes ago`. */
export function describeStatus(status: ContainerStatus, now: Date): string {
  switch (status.state) {
    case "created":
      return "Created";
    case "dead":
      return "Dead";
    case "restarting":
      return `Restarting (${status.exitCode}) ${formatAge(status.finishedAt, now)}`;
    case "exited":
      return `Exited (${status.exitCode}) ${formatAge(status.finishedAt, now)}`;
    default: {
      const up = `Up ${formatDuration(now.getTime() - status.startedAt.getTime())}`;
      if (status.state === "paused") return `${up} (Paused)`;
      if (status.health === undefined) return up;
      const { status: health } = status.health;
      return `${up} (${health === "starting" ? "health: starting" : health})`;
    }
  }
}

/** What Docker calls a mount in lists: the volume's name, or the directory that is bound. */
export function nameMount(mount: ContainerSummary["mounts"][number]): string {
  if (mount.type === "volume") return mount.name;
  return mount.type === "bind" ? mount.source : "";
}
