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
  Healthcheck?: ImageHealthcheck;
}

/** Docker's addition to the configuration: image-spec has no such thing. Times are nanoseconds. */
export interface ImageHealthcheck {
  /** `["CMD", …]`, `["CMD-SHELL", "line"]` or `["NONE"]`. */
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

export interface ImageHistory {
  created?: string;
  created_by?: string;
  comment?: string;
  empty_layer?: boolean;
}
