import type {
  ContainerDetails,
  ContainerHealth,
  ContainerSize,
  ContainerSummary,
  DeviceRate,
} from "@dockher/runtime";
import { formatDeviceRule } from "../values/device-rule.js";
import { formatNamespaceMode } from "../values/namespace-mode.js";

const NEVER = "0001-01-01T00:00:00Z";

/** A container as `inspect` shows it, with Docker's names of the fields, as far as there is something to say. */
export function describeContainer(
  { config, status, hostname, directory, logPath }: ContainerDetails,
  size: ContainerSize | undefined,
): object {
  const { options } = config;
  return {
    Id: config.id,
    Created: config.created,
    Path: config.args[0] ?? "",
    Args: config.args.slice(1),
    State: describeState(status),
    Image: config.imageId ?? "",
    LogPath: logPath ?? "",
    Name: `/${config.name}`,
    // Without --size a template prints <nil>, and JSON lacks them.
    SizeRw: size?.written,
    SizeRootFs: size?.total,
    RestartCount: status.state === "created" ? 0 : status.restartCount,
    HostConfig: {
      Annotations: new Map(Object.entries(options.annotations ?? {})),
      AutoRemove: config.autoRemove,
      BlkioDeviceReadBps: describeRates(options.limits?.deviceReadBps),
      BlkioDeviceReadIOps: describeRates(options.limits?.deviceReadIops),
      BlkioDeviceWriteBps: describeRates(options.limits?.deviceWriteBps),
      BlkioDeviceWriteIOps: describeRates(options.limits?.deviceWriteIops),
      BlkioWeight: options.limits?.blkioWeight ?? 0,
      BlkioWeightDevice: (options.limits?.blkioWeightDevice ?? []).map(({ path, weight }) => {
        return { Path: path, Weight: weight };
      }),
      CapAdd: options.capAdd ?? [],
      CapDrop: options.capDrop ?? [],
      CgroupParent: options.cgroupParent ?? "",
      CgroupnsMode: options.cgroupns ?? "private",
      CpuShares: options.limits?.cpuShares ?? 0,
      CpusetCpus: options.limits?.cpusetCpus ?? "",
      CpusetMems: options.limits?.cpusetMems ?? "",
      DeviceCgroupRules: (options.deviceRules ?? []).map(formatDeviceRule),
      Devices: (options.devices ?? []).map(({ path, target = path, access = "rwm" }) => {
        return { PathOnHost: path, PathInContainer: target, CgroupPermissions: access };
      }),
      Dns: options.dns?.servers ?? [],
      DnsOptions: options.dns?.options ?? [],
      DnsSearch: options.dns?.search ?? [],
      ExtraHosts: Object.entries(options.extraHosts ?? {}).map(([name, ip]) => `${name}:${ip}`),
      GroupAdd: options.groupAdd ?? [],
      IpcMode: formatNamespaceMode(options.ipc ?? "private"),
      LogConfig: { Type: config.log.driver },
      Memory: options.limits?.memory ?? 0,
      MemoryReservation: options.limits?.memoryReservation ?? 0,
      MemorySwap: options.limits?.memorySwap ?? options.limits?.memory ?? 0,
      MemorySwappiness: options.limits?.memorySwappiness ?? null,
      NanoCpus: toNanoCpus(options.limits),
      NetworkMode: formatNamespaceMode(options.network ?? "none"),
      OomKillDisable: options.limits?.oomKillDisable ?? false,
      OomScoreAdj: options.oomScoreAdj ?? 0,
      PidMode: options.pid === "private" ? "" : formatNamespaceMode(options.pid ?? ""),
      PidsLimit: options.limits?.pids ?? null,
      Privileged: options.privileged ?? false,
      ReadonlyRootfs: options.readonly ?? false,
      RestartPolicy: {
        Name: config.restart.name,
        MaximumRetryCount:
          config.restart.name === "on-failure" ? (config.restart.maximumRetryCount ?? 0) : 0,
      },
      ShmSize: options.shmSize ?? 64 * 2 ** 20,
      Sysctls: new Map(Object.entries(options.sysctl ?? {})),
      UsernsMode: options.userns ?? "",
      UTSMode: options.uts === "host" ? "host" : "",
    },
    Mounts: config.mounts.map(describeMount),
    NetworkSettings: describeNetwork(options.network ?? "none"),
    Config: {
      Cmd: config.args,
      ...describeHealthcheck(config.healthcheck),
      Env: config.process?.env ?? [],
      ExposedPorts: new Map((config.exposedPorts ?? []).map((port) => [port, {}])),
      Hostname: hostname,
      Image: config.image,
      Labels: new Map(Object.entries(config.labels)),
      OpenStdin: config.openStdin,
      StopSignal: config.stopSignal,
      StopTimeout: config.stopTimeout / 1000,
      Tty: options.terminal !== undefined,
      User: config.process?.user ?? "",
      WorkingDir: config.process?.cwd ?? "",
    },
    Directory: directory,
  };
}

/** No network has addresses, and one of another container's is that one's to tell. */
function describeNetwork(network: NonNullable<ContainerSummary["network"]>): object {
  const endpoint = {
    NetworkID: "",
    EndpointID: "",
    Gateway: "",
    IPAddress: "",
    IPPrefixLen: 0,
    MacAddress: "",
  };
  const networks = typeof network === "object" ? [] : ([[network, endpoint]] as const);
  return { Ports: new Map(), Networks: new Map(networks) };
}

function describeState(status: ContainerDetails["status"]): object {
  const ended = status.state === "exited" || status.state === "restarting" ? status : undefined;
  const running = status.state === "running" || status.state === "paused" ? status : undefined;
  const started = "startedAt" in status ? status.startedAt?.toISOString() : undefined;
  return {
    Status: status.state,
    Running: running !== undefined,
    Paused: status.state === "paused",
    Restarting: status.state === "restarting",
    OOMKilled: ended?.oomKilled ?? false,
    Dead: false,
    Pid: running?.pid ?? 0,
    ExitCode: ended?.exitCode ?? 0,
    Error: status.state === "exited" ? (status.error ?? "") : "",
    StartedAt: started ?? NEVER,
    FinishedAt: ended?.finishedAt.toISOString() ?? NEVER,
    ...(running?.health === undefined ? {} : { Health: describeHealth(running.health) }),
  };
}

function describeHealth(health: ContainerHealth): object {
  return {
    Status: health.status,
    FailingStreak: health.failingStreak,
    Log: health.log.map(({ start, end, exitCode, output }) => {
      return { Start: start, End: end, ExitCode: exitCode, Output: output };
    }),
  };
}

/** Docker counts in nanoseconds. */
function describeHealthcheck(check: ContainerDetails["config"]["healthcheck"]): object {
  if (check === undefined) return {};
  return {
    Healthcheck: {
      Test: ["CMD", ...check.command],
      Interval: check.interval * 1e6,
      Timeout: check.timeout * 1e6,
      StartPeriod: check.startPeriod * 1e6,
      StartInterval: check.startInterval * 1e6,
      Retries: check.retries,
    },
  };
}

function describeRates(rates: readonly DeviceRate[] = []): object[] {
  return rates.map(({ path, rate }) => ({ Path: path, Rate: rate }));
}

function toNanoCpus(limits: ContainerDetails["config"]["options"]["limits"]): number {
  const { cpuQuota, cpuPeriod = 100_000 } = limits ?? {};
  return cpuQuota === undefined || cpuQuota === -1 ? 0 : Math.round((cpuQuota / cpuPeriod) * 1e9);
}

function describeMount(mount: ContainerDetails["config"]["mounts"][number]): object {
  switch (mount.type) {
    case "bind":
      return {
        Type: "bind",
        Name: "",
        Source: mount.source,
        Destination: mount.target,
        RW: mount.readonly !== true,
      };
    case "volume":
      return {
        Type: "volume",
        Name: mount.name,
        Source: mount.directory,
        Destination: mount.target,
        RW: !mount.readonly,
      };
    case "tmpfs":
      return { Type: "tmpfs", Name: "", Source: "", Destination: mount.target, RW: true };
  }
}
