import type { Volume } from "@dockher/runtime";

export const VOLUME_HEADINGS = {
  Availability: "AVAILABILITY",
  Driver: "DRIVER",
  Group: "GROUP",
  Label: (name: string): string => name,
  Labels: "LABELS",
  Links: "LINKS",
  Mountpoint: "MOUNTPOINT",
  Name: "VOLUME NAME",
  Scope: "SCOPE",
  Size: "SIZE",
  Status: "STATUS",
} as const;

export type VolumeRow = Readonly<Record<keyof typeof VOLUME_HEADINGS, unknown>>;

/** A volume in a list, with Docker's names of the fields; what it knows nothing of without a swarm is N/A there too. */
export function describeVolumeRow({ name, driver, labels, mountpoint }: Volume): VolumeRow {
  return {
    Availability: "N/A",
    Driver: driver,
    Group: "N/A",
    Label: (name: string) => labels[name] ?? "",
    Labels: Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(","),
    Links: "N/A",
    Mountpoint: mountpoint,
    Name: name,
    Scope: "local",
    Size: "N/A",
    Status: "N/A",
  };
}
