/** A named directory that outlives the containers that use it. */
export interface Volume {
  name: string;
  driver: "local";
  labels: Readonly<Record<string, string>>;
  created: Date;
  /** The directory that containers see, on the host. */
  mountpoint: string;
}

/** The label of Docker's that tells volumes without a name of their owner's; its value is empty. */
export const ANONYMOUS_LABEL = "com.docker.volume.anonymous";

/** Whether nobody gave the volume its name. */
export function isAnonymous(volume: Volume): boolean {
  return Object.hasOwn(volume.labels, ANONYMOUS_LABEL);
}
