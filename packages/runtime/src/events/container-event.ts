/** Something that happened to a container or a volume, in Docker's words. */
export interface ContainerEvent {
  type: "container" | "volume";
  action:
    | "create"
    | "destroy"
    | "die"
    | "kill"
    | "oom"
    | "pause"
    | "rename"
    | "start"
    | "stop"
    | "unpause"
    | "update";
  /** Of the container; of a volume its name. */
  id: string;
  /** Docker's: `name`, `image`, `exitCode`, `signal`, the labels. */
  attributes: Readonly<Record<string, string>>;
  /** RFC 3339 with nanoseconds, UTC. */
  time: string;
}
