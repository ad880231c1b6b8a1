/** The OCI image configuration, `application/vnd.oci.image.config.v1+json`, as far as Dockher reads and writes it. */
export interface ImageSpec {
  created?: string;
  architecture: string;
  os: "linux";
  config: ImageConfig;
  rootfs: { type: "layers"; diff_ids: string[] };
  history?: ImageHistory[];
}

/** What a container gets from its image unless the caller says otherwise. */
export interface ImageConfig {
  User?: string;
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
  StopSignal?: string;
  ExposedPorts?: Record<string, Record<string, never>>;
  Volumes?: Record<string, Record<string, never>>;
}

export interface ImageHistory {
  created?: string;
  created_by?: string;
  comment?: string;
  empty_layer?: boolean;
}
