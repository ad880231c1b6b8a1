import type { ImageDetails } from "@dockher/rootfs";

/** An image as `inspect` shows it, with Docker's names of the fields, and every one of them: a template may name what an image does not have. */
export function describeImage(image: ImageDetails): object {
  const { id, references, created, size, layers, config } = image;
  const { config: process } = config;
  return {
    Id: id,
    RepoTags: references,
    RepoDigests: [],
    Created: created.toISOString(),
    Config: {
      User: process.User ?? "",
      ExposedPorts: new Map(Object.entries(process.ExposedPorts ?? {})),
      Env: process.Env ?? [],
      Entrypoint: process.Entrypoint ?? [],
      Cmd: process.Cmd ?? [],
      Volumes: new Map(Object.entries(process.Volumes ?? {})),
      WorkingDir: process.WorkingDir ?? "",
      Labels: new Map(Object.entries(process.Labels ?? {})),
      StopSignal: process.StopSignal ?? "",
    },
    Architecture: config.architecture,
    Os: config.os,
    Size: size,
    RootFS: { Type: config.rootfs.type, Layers: config.rootfs.diff_ids },
    History: config.history ?? [],
    Directories: layers,
  };
}
