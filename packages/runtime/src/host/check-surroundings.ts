import type { HostCheck } from "./host-report.js";
import { exists, type Machine, readField, readText } from "./machine.js";

/** Whether this is a container already. It is no fault; it explains what is refused. */
export function checkNesting(machine: Machine): HostCheck {
  const name = "surroundings";
  const engine = exists(machine, "/.dockerenv")
    ? "Docker"
    : exists(machine, "/run/.containerenv")
      ? "Podman"
      : undefined;
  return {
    name,
    status: "ok",
    detail:
      engine === undefined ? "no container around us is seen" : `inside a container of ${engine}`,
  };
}

/** A container's process is one of its user's, and the least program needs some. */
const LEAST_PROCESSES = 256;

/** RLIMIT_NPROC counts all of a user's processes, those in containers as well; not root's. */
export function checkProcessLimit(machine: Machine): HostCheck {
  const name = "process limit";
  const [soft = "unlimited"] =
    readField(machine, "/proc/self/limits", "Max processes")?.split(/\s+/) ?? [];
  if (machine.uid === 0 || soft === "unlimited" || Number(soft) >= LEAST_PROCESSES) {
    return { name, status: "ok", detail: machine.uid === 0 ? "none for root" : soft };
  }
  return {
    name,
    status: "limited",
    detail: `all processes of this user together: ${soft}`,
    fix: "ulimit -u 4096, or a higher line nproc in /etc/security/limits.conf",
  };
}

/** Mounts over parts of /proc, as container engines make them, forbid a user namespace a /proc of its own. */
export function checkProc(machine: Machine, refusal: string | undefined): HostCheck {
  const name = "/proc";
  const mounts = parseMounts(readText(machine, "/proc/self/mountinfo") ?? "");
  const masked = mounts.filter(({ mountPoint }) => mountPoint.startsWith("/proc/"));
  // Of several mounts on one place the last is seen.
  const proc = mounts.findLast(({ mountPoint }) => mountPoint === "/proc");
  const hidden = /(?:^|,)hidepid=(\w+)/.exec(proc?.options ?? "")?.[1];
  if (machine.uid !== 0 && refusal !== undefined) {
    const reason =
      masked.length > 0 ? `parts of it are hidden: ${masked[0]?.mountPoint}, …` : refusal;
    return {
      name,
      status: "missing",
      detail: `a container cannot have one: ${reason}`,
      fix: "inside another container, run that one with --security-opt systempaths=unconfined (Docker) or unmask=ALL (Podman)",
    };
  }
  if (hidden !== undefined && hidden !== "0" && hidden !== "off" && machine.uid !== 0) {
    return {
      name,
      status: "ok",
      detail: `hidepid=${hidden}: processes of other users are not seen, those of containers are`,
    };
  }
  return { name, status: "ok", detail: "a container has its own" };
}

/** The mount points and the options of the file system, of proc_pid_mountinfo(5). */
function parseMounts(text: string): { mountPoint: string; options: string }[] {
  return text.split("\n").map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    return { mountPoint: before.split(" ")[4] ?? "", options: after.split(" ")[2] ?? "" };
  });
}
