import type { ContainerSummary } from "@dockher/runtime";
import {
  describeCommand,
  describeStatus,
  nameMount,
  shortenId,
  shortenText,
} from "./container-words.js";
import { describePorts } from "./ports.js";
import { formatAge, formatDate } from "./time.js";

const MOUNT_LENGTH = 15;

export const CONTAINER_HEADINGS = {
  Command: "COMMAND",
  CreatedAt: "CREATED AT",
  ID: "CONTAINER ID",
  Image: "IMAGE",
  Label: (name: string): string => name,
  Labels: "LABELS",
  LocalVolumes: "LOCAL VOLUMES",
  Mounts: "MOUNTS",
  Names: "NAMES",
  Networks: "NETWORKS",
  Ports: "PORTS",
  RunningFor: "CREATED",
  Size: "SIZE",
  State: "STATE",
  Status: "STATUS",
} as const;

/** What the fields of a container are in a list; its size is measured where it is asked for. */
export type ContainerRow = Readonly<
  Record<Exclude<keyof typeof CONTAINER_HEADINGS, "Size">, unknown>
>;

/** A container in a list, with Docker's names of the fields. */
export function describeContainerRow(
  container: ContainerSummary,
  { whole }: { whole: boolean },
): ContainerRow {
  const { id, name, image, args, created, labels, mounts, network, status, exposedPorts } =
    container;
  const now = new Date();
  return {
    Command: describeCommand(args, { whole }),
    CreatedAt: formatDate(created),
    ID: whole ? id : shortenId(id),
    Image: image,
    Label: (label: string) => labels[label] ?? "",
    Labels: Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(","),
    LocalVolumes: String(mounts.filter(({ type }) => type === "volume").length),
    Mounts: mounts
      .map(nameMount)
      .filter((one) => one !== "")
      .map((one) => (whole ? one : shortenText(one, MOUNT_LENGTH)))
      .join(","),
    Names: name,
    Networks: typeof network === "object" ? "" : network,
    // Those of the host's network are the host's.
    Ports: isRunning(status) && network !== "host" ? describePorts(exposedPorts) : "",
    RunningFor: formatAge(created, now),
    State: status.state,
    Status: describeStatus(status, now),
  };
}

function isRunning({ state }: ContainerSummary["status"]): boolean {
  return state === "running" || state === "paused";
}
