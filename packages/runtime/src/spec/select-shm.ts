import type { Mount } from "@dockher/spec";
import { RuntimeError } from "../error.js";
import type { Joined } from "../lifecycle/join-containers.js";
import type { ContainerOptions } from "../options.js";

const TARGET = "/dev/shm";

/**
 * The default mounts with the `/dev/shm` that goes with the IPC namespace: its own and of its size, none, the host's, or another
 * container's.
 * @throws RuntimeError `INVALID_MOUNT` for a size that is none
 */
export function selectShm(
  mounts: readonly Mount[],
  { ipc, shmSize }: Pick<ContainerOptions, "ipc" | "shmSize">,
  joined: Pick<Joined, "mountNamespace"> | undefined,
): Mount[] {
  if (shmSize !== undefined && !(Number.isSafeInteger(shmSize) && shmSize > 0)) {
    throw new RuntimeError(`failed to size ${TARGET}: ${shmSize} is not a number of bytes`, {
      code: "INVALID_MOUNT",
    });
  }
  return mounts.flatMap((mount) => {
    if (mount.destination !== TARGET) return [mount];
    if (ipc === "none") return [];
    if (ipc === "host") return [bindShm()];
    if (typeof ipc === "object") {
      return [
        {
          ...bindShm(),
          ...(joined?.mountNamespace === undefined ? {} : { namespace: joined.mountNamespace }),
        },
      ];
    }
    return [shmSize === undefined ? mount : resize(mount, shmSize)];
  });
}

function bindShm(): Mount {
  const options = ["bind", "rprivate", "nosuid", "noexec", "nodev"];
  return { destination: TARGET, type: "bind", source: TARGET, options };
}

function resize(mount: Mount, size: number): Mount {
  const others = mount.options?.filter((option) => !option.startsWith("size=")) ?? [];
  return { ...mount, options: [...others, `size=${size}`] };
}
