import { inspectContainer, type MountOption } from "@dockher/runtime";
import { UsageError } from "../error.js";

/**
 * The mounts of a kept container, for another one: `CONTAINER[:ro|rw]`.
 * @throws UsageError `INVALID_VOLUMES_FROM`; RuntimeError `CONTAINER_NOT_FOUND`
 */
export function readVolumesFrom(text: string, root: string | undefined): MountOption[] {
  const [container = "", mode = "rw", ...more] = text.split(":");
  if (container === "" || more.length > 0 || (mode !== "ro" && mode !== "rw")) {
    throw new UsageError(`failed to parse --volumes-from "${text}"`, {
      code: "INVALID_VOLUMES_FROM",
      hint: "write --volumes-from NAME, or NAME:ro",
    });
  }
  const directories = root === undefined ? {} : { directories: { root } };
  const { mounts } = inspectContainer({ container, ...directories }).config;
  return mounts.flatMap((mount): MountOption[] => {
    const readonly = mode === "ro" || ("readonly" in mount && mount.readonly === true);
    // As in Docker: files in memory are the other's own.
    if (mount.type === "tmpfs") return [];
    if (mount.type === "bind") return [{ ...mount, readonly }];
    const { name, target, subpath } = mount;
    return [
      {
        type: "volume",
        source: name,
        target,
        readonly,
        ...(subpath === undefined ? {} : { subpath }),
      },
    ];
  });
}
