import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findDaemons } from "./daemons.ts";
import { formatFacts } from "./facts.ts";
import { type Finding, parseReport } from "./report.ts";
import { makeRootFilesystem } from "./root-filesystem.ts";
import type { Workshop } from "./workshop.ts";

/** A chroot into the host's own /proc, /sys and /dev, in no namespace but one for the mounts themselves. */
const CHROOT = `
  mount --bind "$ROOTFS" "$ROOTFS"
  for name in proc sys dev dev/shm dev/pts; do
    mount --bind /$name "$ROOTFS/$name"
    mount -o remount,bind,suid,exec,dev "$ROOTFS/$name"
  done
  for mount in $(find /sys/fs/cgroup -maxdepth 1); do mount --bind $mount "$ROOTFS$mount"; done
  mount --make-rshared "$ROOTFS"
  exec 0< /
  exec chroot "$ROOTFS" /probe "$@"
`;

/** The same root as PID 1, which reaps nobody and was not told to leave its working directory; its /dev is empty. */
const FIRST_PROCESS = `
  mount -t proc proc "$ROOTFS/proc"
  exec perl -e 'chroot shift; exec @ARGV' "$ROOTFS" /probe "$@"
`;

/** A root whose /proc and /sys hold, as plain files, what this kernel may not have. */
const IMITATION = `
  mount -t tmpfs tmpfs "$ROOTFS/dev"
  mkdir "$ROOTFS/dev/mqueue"
  mount -t tmpfs tmpfs "$ROOTFS/dev/mqueue"
  mount --bind /proc/self "$ROOTFS/proc/self"
  exec chroot "$ROOTFS" /probe "$@"
`;

const IMITATED_FILES = [
  ..."acpi asound kcore latency_stats timer_stats sched_debug scsi/x sysrq-trigger".split(" "),
  "sys/kernel/modprobe",
  "sys/fs/binfmt_misc/register",
  "irq/default_smp_affinity",
].map((name) => `proc/${name}`);
const IMITATED_SYSTEM_FILES = [
  "devices/virtual/powercap/x",
  "devices/system/cpu/cpu0/thermal_throttle/x",
  "firmware/x",
  "kernel/uevent_helper",
  "kernel/debug/x",
  "kernel/mm/transparent_hugepage/enabled",
  "fs/bpf/x",
  "power/state",
].map((name) => `sys/${name}`);

interface Weakened {
  /** Arguments of unshare(1) beside the mount namespace. */
  namespaces: string[];
  script: string;
  rootfs: string;
}

/** What the probe finds in places where next to nothing is closed: on the host itself, and in four chroots. */
export async function probeWeakened(workshop: Workshop): Promise<Finding[]> {
  const { rootfs, programs } = workshop;
  const imitation = makeImitation(workshop);
  const facts = formatFacts(workshop.facts);
  const shell = ({ namespaces, script, rootfs: root }: Weakened): string[] => {
    const shellCommand = ["env", `ROOTFS=${root}`, "sh", "-ec", script, "sh", ...facts];
    return ["unshare", "--mount", ...namespaces, ...shellCommand];
  };
  const commands = [
    [programs.probe, ...facts],
    ["unshare", "--pid", "--fork", programs.probe, ...facts],
    shell({ namespaces: [], script: CHROOT, rootfs }),
    shell({ namespaces: ["--pid", "--fork"], script: FIRST_PROCESS, rootfs }),
    shell({ namespaces: [], script: IMITATION, rootfs: imitation }),
  ];
  const findings: Finding[] = [];
  for (const command of commands) {
    const found = parseReport(await workshop.runDirty(command));
    if (found.length === 0) throw new Error(`nothing was found by ${command.join(" ")}`);
    findings.push(...found);
  }
  // Without a PID namespace that ends with the probe, they stay.
  for (const pid of findDaemons(workshop.facts["secret"] ?? "")) process.kill(pid, "SIGKILL");
  return findings;
}

function makeImitation({ rootfs, programs }: Workshop): string {
  const directory = join(dirname(rootfs), "imitation");
  makeRootFilesystem(directory, programs.probe);
  for (const name of [...IMITATED_FILES, ...IMITATED_SYSTEM_FILES]) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), "not masked\n");
  }
  mkdirSync(join(directory, "proc/self"));
  return directory;
}
