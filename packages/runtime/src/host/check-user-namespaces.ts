import type { IdMap } from "@dockher/rootfs";
import type { HostCheck } from "./host-report.js";
import { exists, findProgram, isSetuid, type Machine, readField, readNumber } from "./machine.js";

const NAME = "user namespaces";

/** Whether they can be made: everything without root needs them, and as root --userns auto does. */
export function checkUserNamespaces(machine: Machine, refusal: string | undefined): HostCheck {
  if (refusal === undefined) {
    const detail = machine.uid === 0 ? "containers can have ids of their own" : "no root is needed";
    return { name: NAME, status: "ok", detail };
  }
  const root = machine.uid === 0;
  const status = root ? "limited" : "missing";
  const lost = root ? "no --userns auto" : "no container without root";
  const { reason, fix } = explainRefusal(machine, refusal);
  return { name: NAME, status, detail: `${lost}: ${reason}`, fix };
}

function explainRefusal(machine: Machine, refusal: string): { reason: string; fix: string } {
  if (!exists(machine, "/proc/self/ns/user")) {
    return {
      reason: "the kernel has none",
      fix: "use a kernel that is built with CONFIG_USER_NS",
    };
  }
  if (readNumber(machine, "/proc/sys/user/max_user_namespaces") === 0) {
    return {
      reason: "user.max_user_namespaces is 0",
      fix: setSysctl("user.max_user_namespaces", 65_536),
    };
  }
  if (readNumber(machine, "/proc/sys/kernel/unprivileged_userns_clone") === 0) {
    return {
      reason: "kernel.unprivileged_userns_clone is 0",
      fix: setSysctl("kernel.unprivileged_userns_clone", 1),
    };
  }
  if (readNumber(machine, RESTRICTION) === 1) {
    return {
      reason: "AppArmor takes all rights from them",
      fix: `${profileNode()}; or for all programs: ${setSysctl("kernel.apparmor_restrict_unprivileged_userns", 0)}`,
    };
  }
  return {
    reason: refusal,
    fix: "outside of chroot(2) and of other containers this works; run those with --security-opt seccomp=unconfined --security-opt apparmor=unconfined",
  };
}

const RESTRICTION = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

function setSysctl(name: string, value: number): string {
  return `echo ${name}=${value} | sudo tee /etc/sysctl.d/99-dockher.conf && sudo sysctl -p /etc/sysctl.d/99-dockher.conf`;
}

/** A profile that restricts nothing and allows Node user namespaces: apparmor.d(5). */
function profileNode(): string {
  const profile = `abi <abi/4.0>,\\nprofile dockher-node ${process.execPath} flags=(unconfined) {\\n  userns,\\n}\\n`;
  const file = "/etc/apparmor.d/dockher-node";
  return `printf '${profile}' | sudo tee ${file} && sudo apparmor_parser -r ${file}`;
}

export interface IdMapFindings {
  /** What /etc/subuid and /etc/subgid grant. */
  idMap: IdMap;
  /** What newuidmap(1) and newgidmap(1) said. */
  refusal: string | undefined;
}

/** Whether a user has more ids than the own one; root has all. */
export function checkSubordinateIds(machine: Machine, findings: IdMapFindings): HostCheck[] {
  if (machine.uid === 0) return [];
  const name = "subordinate ids";
  const { idMap, refusal } = findings;
  if (idMap.type === "single") {
    const detail = `only busybox images and root inside: ${idMap.reason}`;
    return [{ name, status: "limited", detail, fix: idMap.fix }];
  }
  if (refusal === undefined) {
    const count = idMap.uidMappings.slice(1).reduce((sum, { size }) => sum + size, 0);
    return [{ name, status: "ok", detail: `${count} of them` }];
  }
  const { reason, fix } = explainMappers(machine, refusal);
  return [{ name, status: "missing", detail: `they cannot be mapped: ${reason}`, fix }];
}

function explainMappers(machine: Machine, refusal: string): { reason: string; fix: string } {
  if (readField(machine, "/proc/self/status", "NoNewPrivs") === "1") {
    return {
      reason: "no_new_privs makes setuid programs powerless",
      fix: "start it where no_new_privs is not set: without NoNewPrivileges= in its service, without --security-opt no-new-privileges around it",
    };
  }
  const powerless = ["newuidmap", "newgidmap"]
    .map((program) => findProgram(machine, program))
    .filter((program) => program !== undefined && !isSetuid(machine, program));
  if (powerless.length > 0) {
    return {
      reason: `${powerless.join(" and ")} cannot: ${refusal}`,
      fix: `sudo chmod u+s ${powerless.join(" ")}`,
    };
  }
  return {
    reason: refusal,
    fix: "sudo apt-get install --reinstall uidmap; see that /usr is not mounted nosuid",
  };
}

/** Whether the files of images can be given a container's ids where they lie: for root's --userns auto. */
export function checkIdmappedMounts(machine: Machine, refusal: string | undefined): HostCheck[] {
  if (machine.uid !== 0) return [];
  const name = "idmapped mounts";
  if (refusal === undefined) return [{ name, status: "ok", detail: "for --userns auto" }];
  return [
    {
      name,
      status: "limited",
      detail: `no --userns auto: ${refusal}`,
      fix: "put the data directory on ext4, xfs, btrfs or (from Linux 6.3) tmpfs, with --root",
    },
  ];
}
