import type { Volume } from "@dockher/runtime";

/** A volume as `inspect` shows it, with Docker's names of the fields. */
export function describeVolume(volume: Volume): object {
  const { name, driver, labels, created, mountpoint } = volume;
  return {
    CreatedAt: created.toISOString(),
    Driver: driver,
    Labels: Object.keys(labels).length === 0 ? null : new Map(Object.entries(labels)),
    Mountpoint: mountpoint,
    Name: name,
    Options: null,
    Scope: "local",
  };
}
