import type { UnsupportedOption, UnsupportedTable } from "../arguments/option.js";

const NO_NETWORK = {
  reason: "containers have no network with addresses yet",
  hint: "--network container:NAME shares the network of another container",
} as const;

/** Of `-p 8080:80` too, which is known by its value alone. */
export const NO_PORTS: UnsupportedOption = {
  reason: "publishing ports is not supported yet",
  hint: "--network host shares the host's network with the container",
};

const NO_REALTIME = {
  reason: "real-time processor time is not shared out",
  hint: "--cpus limits processor time",
} as const;

const WINDOWS = {
  reason: "only Windows has it",
  hint: "--cpus, --memory and --blkio-weight are Linux's",
} as const;

/** What `docker run` and `docker create` know and nothing here carries out; each is refused, because to ignore it would be worse. */
export const UNSUPPORTED_OPTIONS: UnsupportedTable = {
  "--publish": NO_PORTS,
  "--publish-all": NO_PORTS,
  "-P": NO_PORTS,
  "--link": {
    reason: "containers have no network with addresses yet",
    hint: "--network container:NAME shares another's network, --add-host gives an address a name",
  },
  "--ip": NO_NETWORK,
  "--ip6": NO_NETWORK,
  "--link-local-ip": NO_NETWORK,
  "--mac-address": NO_NETWORK,
  "--network-alias": NO_NETWORK,
  "--net-alias": NO_NETWORK,
  "--gpus": {
    reason: "nothing here brings the driver's libraries into a container",
    hint: "--device /dev/nvidia0 gives it the device, --volume the libraries",
  },
  "--runtime": { reason: "there is one runtime, Dockher itself", hint: "leave it out" },
  "--isolation": { reason: "only Windows has a choice", hint: "leave it out" },
  "--use-api-socket": {
    reason: "there is no daemon whose socket it could use",
    hint: "leave it out",
  },
  "--disable-content-trust": {
    reason: "no image has a signature that could be checked or not",
    hint: "leave it out",
  },
  "--storage-opt": {
    reason: "the size of a root filesystem is not limited yet",
    hint: "--read-only, and --tmpfs /tmp:size=64m for what may be written",
  },
  "--volume-driver": {
    reason: "volumes are directories of this machine",
    hint: "mount it on the host, then --volume HOST:PATH",
  },
  "--kernel-memory": {
    reason: "kernels do not limit their own memory apart any more",
    hint: "--memory counts it too",
  },
  "--domainname": { reason: "a NIS domain is not set", hint: "--sysctl kernel.domainname=NAME" },
  "--cpu-rt-period": NO_REALTIME,
  "--cpu-rt-runtime": NO_REALTIME,
  "--cpu-count": WINDOWS,
  "--cpu-percent": WINDOWS,
  "--io-maxbandwidth": WINDOWS,
  "--io-maxiops": WINDOWS,
};
