import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  checkKernel,
  checkNamespaces,
  checkOverlay,
  checkSeccomp,
  checkSystemCalls,
} from "../../src/host/check-kernel.js";
import { checkPrivilege } from "../../src/host/check-privilege.js";
import { checkNesting, checkProc, checkProcessLimit } from "../../src/host/check-surroundings.js";
import { checkBootstrap, checkCompression } from "../../src/host/check-tools.js";
import { layOutMachine } from "./lay-out-machine.js";

const test = suite("checks of a host");

test("kernel: 5.12 and newer", () => {
  assert.is(checkKernel("6.1.0-13-amd64").status, "ok");
  assert.is(checkKernel("5.12.0").status, "ok");
  assert.match(checkKernel("5.11.9").fix ?? "", "5.12");
  assert.is(checkKernel("4.19.0").status, "missing");
});

test("system calls: those that are refused are named", () => {
  assert.is(checkSystemCalls([]).status, "ok");
  const check = checkSystemCalls(["clone3", "mount_setattr"]);
  assert.is(check.status, "missing");
  assert.match(check.detail, "clone3, mount_setattr");
  assert.match(check.fix ?? "", "seccomp=unconfined");
});

test("namespaces: those that are missing are named", () => {
  const names = ["pid", "mnt", "uts", "ipc", "net", "cgroup"];
  const files = Object.fromEntries(names.map((name) => [`/proc/self/ns/${name}`, ""]));
  using whole = layOutMachine(files);
  assert.is(checkNamespaces(whole).status, "ok");
  using none = layOutMachine({ "/proc/self/ns/net": "" });
  assert.match(checkNamespaces(none).fix ?? "", "CONFIG_PID_NS, CONFIG_NAMESPACES, CONFIG_UTS_NS");
});

test("seccomp: filters", () => {
  using whole = layOutMachine({ "/proc/sys/kernel/seccomp/actions_avail": "allow" });
  assert.is(checkSeccomp(whole).status, "ok");
  using strict = layOutMachine({ "/proc/self/status": "Seccomp:\t0\n" });
  assert.match(checkSeccomp(strict).fix ?? "", /CONFIG_SECCOMP_FILTER$/);
  using none = layOutMachine({});
  assert.match(checkSeccomp(none).fix ?? "", "CONFIG_SECCOMP_FILTER and CONFIG_SECCOMP");
});

test("overlay: absent, and refused", () => {
  using machine = layOutMachine({ "/proc/filesystems": "nodev\tsysfs\nnodev\toverlay\n" });
  assert.is(checkOverlay(machine, undefined).status, "ok");
  assert.match(checkOverlay(machine, "EPERM").fix ?? "", "5.11");
  assert.match(checkOverlay({ ...machine, uid: 0 }, "EINVAL").fix ?? "", "dmesg");
  using without = layOutMachine({ "/proc/filesystems": "nodev\tsysfs\n" });
  assert.is(checkOverlay(without, "ENODEV").fix, "sudo modprobe overlay");
});

test("privilege: root needs CAP_SYS_ADMIN, others nothing", () => {
  using root = layOutMachine({ "/proc/self/status": "CapEff:\t000001ffffffffff\n" }, { uid: 0 });
  assert.is(checkPrivilege(root).status, "ok");
  using inside = layOutMachine({ "/proc/self/status": "CapEff:\t00000000a80425fb\n" }, { uid: 0 });
  assert.is(checkPrivilege(inside).status, "missing");
  assert.match(checkPrivilege(inside).fix ?? "", "--privileged");
  using user = layOutMachine({});
  assert.equal(checkPrivilege(user), {
    name: "privilege",
    status: "ok",
    detail: "running without root",
  });
});

test("surroundings: Docker, Podman, none", () => {
  using docker = layOutMachine({ "/.dockerenv": "" });
  assert.match(checkNesting(docker).detail, "Docker");
  using podman = layOutMachine({ "/run/.containerenv": "" });
  assert.match(checkNesting(podman).detail, "Podman");
  using none = layOutMachine({});
  assert.not.match(checkNesting(none).detail, "inside");
});

test("process limit: a low one, for a user", () => {
  const lay = (soft: string, uid?: number) =>
    layOutMachine(
      {
        "/proc/self/limits": `Limit  Soft\nMax processes             ${soft}     4096   processes`,
      },
      uid === undefined ? {} : { uid },
    );
  using low = lay("100");
  assert.is(checkProcessLimit(low).status, "limited");
  assert.match(checkProcessLimit(low).fix ?? "", "ulimit -u");
  using high = lay("4096");
  assert.is(checkProcessLimit(high).status, "ok");
  using unlimited = lay("unlimited");
  assert.is(checkProcessLimit(unlimited).status, "ok");
  using root = lay("100", 0);
  assert.is(checkProcessLimit(root).status, "ok");
});

const PROC = "22 1 0:5 / /proc rw,relatime - proc proc rw";
const MASK = "30 22 0:6 / /proc/kcore rw - tmpfs tmpfs rw";

test("/proc: hidden parts keep a user namespace from one of its own", () => {
  using masked = layOutMachine({ "/proc/self/mountinfo": `${PROC}\n${MASK}\n` });
  const check = checkProc(masked, "failed to make proc: EPERM");
  assert.is(check.status, "missing");
  assert.match(check.detail, "/proc/kcore");
  assert.match(check.fix ?? "", "systempaths=unconfined");
  assert.is(checkProc({ ...masked, uid: 0 }, "EPERM").status, "ok");
});

test("/proc: hidepid is told to those who see less by it", () => {
  using hidden = layOutMachine({ "/proc/self/mountinfo": `${PROC},hidepid=invisible\n` });
  assert.match(checkProc(hidden, undefined).detail, "hidepid=invisible");
  assert.not.match(checkProc({ ...hidden, uid: 0 }, undefined).detail, "hidepid");
  using open = layOutMachine({ "/proc/self/mountinfo": `${PROC},hidepid=0\n` });
  assert.not.match(checkProc(open, undefined).detail, "hidepid");
});

test("tools: what makes images and compresses them", () => {
  using none = layOutMachine({});
  assert.is(checkBootstrap(none).status, "limited");
  assert.is(checkCompression(none).fix, "apt-get install zstd");
  using apt = layOutMachine({}, { programs: { "apt-get": 0o755, "dpkg-deb": 0o755 } });
  assert.match(checkBootstrap(apt).detail, "private debootstrap");
  using all = layOutMachine({}, { programs: { mmdebstrap: 0o755, zstd: 0o755 } });
  assert.match(checkBootstrap(all).detail, "installed");
  assert.is(checkCompression(all).fix, undefined);
});

test.run();
