/** Something that happened to a container or a volume, or that many were removed at once, in Docker's words. */
export interface ContainerEvent {
  type: "container" | "image" | "volume";
  action:
    | "archive-path"
    | "attach"
    | "create"
    | "destroy"
    | "detach"
    | "die"
    | `exec_create: ${string}`
    | "exec_die"
    | `exec_start: ${string}`
    | "extract-to-dir"
    | `health_status: ${"healthy" | "unhealthy"}`
    | "kill"
    | "oom"
    | "pause"
    | "prune"
    | "rename"
    | "resize"
    | "restart"
    | "start"
    | "stop"
    | "top"
    | "unpause"
    | "update";
  /** Of the container; of a volume its name; empty where many were removed. */
  id: string;
  /** Docker's: `name`, `image`, the labels, and what the action has besides: `exitCode`, `execDuration`, `signal`, `execID`, `reclaimed`. */
  attributes: Readonly<Record<string, string>>;
  /** RFC 3339 with nanoseconds, UTC. */
  time: string;
}
