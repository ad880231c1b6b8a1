import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { MountAttribute, MountFlag, NsError, type Plan, type Step } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run, runFailure, runScript } from "./support/container.js";

const suite = makeSuite("steps");
const { MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_REC } = MountFlag;

const devices: Step[] = [
  { op: "mount", source: "tmpfs", target: "/dev", fstype: "tmpfs", flags: MS_NOSUID },
  { op: "mknod", path: "/dev/null", mode: 0o020666, major: 1, minor: 3 },
];

whenPossible("steps", findObstacle(), () => {
  suite("the new root is the only one", async () => {
    const stdout = await runScript(
      "grep -c . /proc/self/mountinfo; ls -d /etc/passwd /../usr || ls /..",
      {
        stdio: [{ kind: "null" }, { kind: "pipe" }, { kind: "null" }],
      },
    );
    assert.is(stdout, "2\nbin\ndev\netc\nproc\nsys\ntmp");
  });

  suite("the host's mounts are left alone", async () => {
    const before = readFileSync("/proc/self/mountinfo", "utf8");
    await runScript("true", { steps: devices });
    assert.is(readFileSync("/proc/self/mountinfo", "utf8"), before);
  });

  suite("mounts with flags and data", async () => {
    const target = { op: "mount", target: "/tmp", source: "scratch", fstype: "tmpfs" } as const;
    const stdout = await runScript("grep ' /tmp ' /proc/self/mountinfo", {
      steps: [
        {
          ...target,
          flags: MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY,
          data: "size=64k,mode=711",
        },
      ],
    });
    assert.match(stdout, "ro,nosuid,nodev,noexec");
    assert.match(stdout, "size=64k");
    assert.match(stdout, "mode=711");
    assert.match(stdout, "tmpfs scratch");
  });

  suite("makes missing targets, directories above and files", async () => {
    using rootfs = new Rootfs();
    writeFileSync(rootfs.join("etc/motd"), "welcome");
    const plan = makePlan(rootfs, "ls -d /a/b/c; cat /x/y/file", {
      steps: [
        {
          op: "mount",
          source: "t",
          target: "/a/b/c",
          fstype: "tmpfs",
          flags: 0,
          createTarget: "directory",
        },
        {
          op: "mount",
          source: "/etc/motd",
          target: "/x/y/file",
          flags: MS_BIND,
          createTarget: "file",
        },
      ],
    });
    assert.is((await run(plan)).stdout, "/a/b/c\nwelcome");
  });

  suite("takes an existing directory and a target with slashes behind it", async () => {
    const mount = { op: "mount", source: "t", fstype: "tmpfs", flags: 0 } as const;
    const steps: Step[] = [
      { op: "mkdir", path: "/a", mode: 0o755 },
      { ...mount, target: "/a/b//", createTarget: "directory" },
      { ...mount, target: "/a", createTarget: "directory" },
    ];
    assert.is(await runScript("ls /a; grep -c ' /a' /proc/self/mountinfo", { steps }), "2");
    const up: Step = { ...mount, target: "/a/..", createTarget: "directory" };
    assert.match((await runFailure([up])).message, "EINVAL");
  });

  suite("what is made after a mount lies on the mount", async () => {
    const device = { op: "mknod", mode: 0o020666, major: 1, minor: 3 } as const;
    const steps: Step[] = [
      { ...device, path: "/made/below" },
      { op: "symlink", target: "below", path: "/made/link" },
      { op: "mount", source: "t", target: "/made", fstype: "tmpfs", flags: 0 },
      { ...device, path: "/made/above" },
      { op: "symlink", target: "above", path: "/made/link" },
      { op: "mkdir", path: "/made/directory", mode: 0o755 },
      { op: "mkdir", path: "/other", mode: 0o755 },
    ];
    const printed = await runScript("ls /made; readlink /made/link; ls -d /other", { steps });
    assert.is(printed, "above\ndirectory\nlink\nabove\n/other");
  });

  suite("takes bind mounts along into the new root, read-only where asked", async () => {
    using rootfs = new Rootfs();
    using volume = new Rootfs();
    writeFileSync(volume.join("file"), "from outside\n");
    const plan = makePlan(rootfs, "cat /volume/file; echo x > /volume/file || echo refused");
    const { MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID } = MountAttribute;
    const set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
    const steps: Step[] = [
      { op: "open-tree", slot: 7, source: volume.path, recursive: true },
      { op: "set-mount-attributes", slot: 7, set, clear: 0, recursive: true },
      ...plan.steps,
      { op: "move-mount", slot: 7, target: "/volume", createTarget: "directory" },
    ];
    const { stdout, stderr } = await run({ ...plan, steps });
    assert.is(stdout, "from outside\nrefused");
    assert.match(stderr, "Read-only file system");
  });

  suite("takes along what lies inside a directory that is not trusted, and nothing else", async () => {
    using rootfs = new Rootfs();
    using volume = new Rootfs();
    mkdirSync(volume.join("in/side"), { recursive: true });
    writeFileSync(volume.join("in/side/file"), "inside\n");
    symlinkSync("/in", volume.join("link"));
    symlinkSync("/usr", volume.join("absolute"));
    symlinkSync("../../../../../usr", volume.join("relative"));
    symlinkSync("/proc/self/root", volume.join("magic"));
    const describe = (subpath: string): Plan => {
      const plan = makePlan(rootfs, "cat /target/file");
      const steps: Step[] = [
        { op: "open-tree", slot: 0, source: volume.path, subpath, recursive: true },
        ...plan.steps,
        { op: "move-mount", slot: 0, target: "/target", createTarget: "directory" },
      ];
      return { ...plan, steps };
    };
    assert.is((await run(describe("link/side"))).stdout, "inside");
    for (const subpath of ["absolute", "relative", "magic", "../../usr", "in/none"]) {
      const error = await run(describe(subpath)).catch((error: unknown) => error);
      assert.ok(error instanceof NsError, subpath);
      assert.equal([error.errno, error.step], ["ENOENT", 0], subpath);
    }
  });

  suite("creates a mount before the pivot and attaches it after", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "grep ' /late ' /proc/self/mountinfo");
    const steps: Step[] = [
      {
        op: "create-mount",
        slot: 0,
        fstype: "tmpfs",
        source: "made-early",
        options: [
          ["size", "128k"],
          ["mode", "700"],
        ],
        attributes: MountAttribute.MOUNT_ATTR_NODEV,
      },
      ...plan.steps,
      { op: "move-mount", slot: 0, target: "/late", createTarget: "directory" },
    ];
    const { stdout } = await run({ ...plan, steps });
    assert.match(stdout, "nodev");
    assert.match(stdout, "size=128k");
  });

  suite("a hostile symlink as target ends inside, or is refused", async () => {
    using rootfs = new Rootfs();
    using outside = new Rootfs();
    mkdirSync(rootfs.join(outside.path), { recursive: true });
    symlinkSync(outside.path, rootfs.join("data"));
    symlinkSync(`../../../../..${outside.path}`, rootfs.join("up"));
    const mount = { op: "mount", source: "t", fstype: "tmpfs", flags: 0 } as const;
    const plan = makePlan(rootfs, `grep -c ' ${outside.path} ' /proc/self/mountinfo`, {
      steps: [
        { ...mount, target: "/data" },
        { ...mount, target: "/up" },
      ],
    });
    assert.is((await run(plan)).stdout, "2");
    const refused = makePlan(rootfs, "true", {
      steps: [{ ...mount, target: "/data", symlinks: "refuse" }],
    });
    const error = await run(refused).catch((reason: Error) => reason);
    assert.match(String(error), "failed to mount t on /data: ELOOP");
  });

  suite("a link to what is not there yet is followed inside, and makes it", async () => {
    using rootfs = new Rootfs();
    using outside = new Rootfs();
    symlinkSync("../run/../run/one", rootfs.join("etc/relative"));
    symlinkSync("/deep/er/two", rootfs.join("run-two"));
    symlinkSync("../run-two", rootfs.join("etc/chain"));
    symlinkSync(outside.join("three"), rootfs.join("etc/out"));
    symlinkSync("loop", rootfs.join("etc/loop"));
    symlinkSync("new/..", rootfs.join("etc/up"));
    const bind = {
      op: "mount",
      source: "/bin/busybox",
      flags: MS_BIND,
      createTarget: "file",
    } as const;
    const plan = makePlan(rootfs, `ls -d /run/one /deep/er/two ${outside.join("three")}`, {
      steps: [
        { ...bind, target: "/etc/relative" },
        { ...bind, target: "/etc/chain" },
        { ...bind, target: "/etc/out" },
      ],
    });
    const { stdout } = await run(plan);
    assert.is(stdout.split("\n").length, 3, stdout);
    assert.not.ok(existsSync(outside.join("three")));
    const refusals = { "/etc/loop": "ELOOP", "/etc/up": "EINVAL" };
    for (const [target, refusal] of Object.entries(refusals)) {
      const steps: Step[] = [{ ...bind, target }];
      const error = await run(makePlan(rootfs, "true", { steps })).catch((reason: Error) => reason);
      assert.match(String(error), refusal);
    }
  });

  suite("magic links lead nowhere", async () => {
    using rootfs = new Rootfs();
    symlinkSync("/proc/self/fd/0", rootfs.join("magic"));
    const plan = makePlan(rootfs, "true", {
      steps: [{ op: "mount", source: "t", target: "/magic", fstype: "tmpfs", flags: 0 }],
    });
    const error = await run(plan).catch((reason: Error) => reason);
    assert.match(String(error), "ELOOP");
  });

  suite("makes files of every kind", async () => {
    const stdout = await runScript("ls -lan /dev /deep/er; readlink /deep/link", {
      steps: [
        ...devices,
        { op: "mkdir", path: "/deep/er", mode: 0o1777 },
        { op: "mkdir", path: "/deep/er", mode: 0o700 },
        { op: "mknod", path: "/deep/er/pipe", mode: 0o010600, major: 0, minor: 0 },
        { op: "mknod", path: "/deep/er/big", mode: 0o020600, major: 259, minor: 70000 },
        { op: "symlink", target: "anything at all", path: "/deep/link" },
        { op: "chmod", path: "/dev/null", mode: 0o604 },
        { op: "chown", path: "/dev/null", uid: 12, gid: 34 },
      ],
    });
    assert.match(stdout, /crw----r--\s+1 12\s+34\s+1,\s+3 .* null/);
    assert.match(stdout, /drwxrwxrwt .* \./);
    assert.match(stdout, /prw------- .* pipe/);
    assert.match(stdout, /crw------- .* 259,\s*70000 .* big/);
    assert.match(stdout, "anything at all");
  });

  suite("masks files and directories, skips what is not there", async () => {
    using rootfs = new Rootfs();
    mkdirSync(rootfs.join("secrets"));
    writeFileSync(rootfs.join("secrets/key"), "hidden");
    writeFileSync(rootfs.join("etc/shadow"), "hidden");
    const plan = makePlan(
      rootfs,
      "cat /etc/shadow; ls /secrets; echo x > /secrets/new || echo refused",
      {
        steps: [
          ...devices,
          { op: "mask", path: "/secrets" },
          { op: "mask", path: "/etc/shadow" },
          { op: "mask", path: "/not/there" },
          { op: "mask", path: "/etc/shadow/below-a-file" },
        ],
      },
    );
    assert.is((await run(plan)).stdout, "refused");
  });

  suite("does not mask with a /dev/null that is none", async () => {
    using rootfs = new Rootfs();
    writeFileSync(rootfs.join("dev/null"), "a trap");
    const plan = makePlan(rootfs, "true", { steps: [{ op: "mask", path: "/bin/busybox" }] });
    const error = await run(plan).catch((reason: Error) => reason);
    assert.match(String(error), "failed to mask /bin/busybox: ENODEV");
  });

  suite("makes paths read-only with what is below", async () => {
    const mount = { op: "mount", source: "t", fstype: "tmpfs" } as const;
    const stdout = await runScript("grep -e ' /proc/sys ' -e ' /tmp' /proc/self/mountinfo", {
      steps: [
        { ...mount, target: "/tmp", flags: MS_NODEV },
        { ...mount, target: "/tmp/in", flags: 0, createTarget: "directory" },
        { op: "read-only", path: "/proc/sys" },
        { op: "read-only", path: "/tmp" },
        { op: "read-only", path: "/not/there" },
      ],
    });
    assert.match(stdout, / \/proc\/sys ro,nosuid,nodev,noexec/);
    assert.match(stdout, / \/tmp ro,nodev/);
    assert.match(stdout, / \/tmp\/in ro,/);
  });

  suite("sets names of its own", async () => {
    const stdout = await runScript("hostname; cat /proc/sys/kernel/domainname", {
      steps: [
        { op: "hostname", name: "box" },
        { op: "domainname", name: "example" },
      ],
    });
    assert.is(stdout, "box\nexample");
    assert.is.not(hostname(), "box");
  });

  suite("sets sysctls of its namespaces", async () => {
    const stdout = await runScript(
      "cat /proc/sys/kernel/shm_rmid_forced /proc/sys/net/ipv4/ip_unprivileged_port_start",
      {
        namespaces: [{ type: "pid" }, { type: "mount" }, { type: "ipc" }, { type: "network" }],
        steps: [
          { op: "sysctl", name: "kernel.shm_rmid_forced", value: "1" },
          { op: "sysctl", name: "net/ipv4/ip_unprivileged_port_start", value: "80" },
        ],
      },
    );
    assert.is(stdout, "1\n80");
  });

  suite("a /proc that is no procfs takes no sysctl", async () => {
    using rootfs = new Rootfs();
    mkdirSync(rootfs.join("proc/sys/kernel"), { recursive: true });
    writeFileSync(rootfs.join("proc/sys/kernel/shm_rmid_forced"), "0");
    const [first, second, pivot] = rootfs.enter("same");
    const steps = [first, second, pivot].filter((step) => step !== undefined);
    const sysctl: Step = { op: "sysctl", name: "kernel.shm_rmid_forced", value: "1" };
    const error = await run({ ...makePlan(rootfs, "true"), steps: [...steps, sysctl] }).catch(
      (reason: Error) => reason,
    );
    assert.match(String(error), "failed to set sysctl kernel.shm_rmid_forced: ENOTDIR");
    assert.is(readFileSync(rootfs.join("proc/sys/kernel/shm_rmid_forced"), "utf8"), "0");
  });

  suite("brings up the loopback interface", async () => {
    const stdout = await runScript("cat /sys/class/net/lo/flags", {
      namespaces: [{ type: "pid" }, { type: "mount" }, { type: "network" }],
      steps: [
        { op: "mount", source: "sysfs", target: "/sys", fstype: "sysfs", flags: MS_RDONLY },
        { op: "loopback-up" },
      ],
    });
    assert.is(stdout, "0x9");
  });

  suite("limits resources, and no further than the caller may", async () => {
    const stdout = await runScript("ulimit -n; ulimit -Hn; ulimit -c", {
      steps: [
        { op: "rlimit", type: "RLIMIT_NOFILE", soft: 100, hard: 200 },
        { op: "rlimit", type: "RLIMIT_CORE", soft: 0, hard: Number.POSITIVE_INFINITY },
      ],
    });
    assert.is(stdout, "100\n200\n0");
  });

  suite("an oom_score_adj of the container is not Node's", async () => {
    const before = readFileSync("/proc/self/oom_score_adj", "utf8");
    const stdout = await runScript("cat /proc/self/oom_score_adj", {
      oomScoreAdj: 321,
    });
    assert.is(stdout, "321");
    assert.is(readFileSync("/proc/self/oom_score_adj", "utf8"), before);
  });

  suite("starts in the working directory, as the umask says", async () => {
    const stdout = await runScript("pwd; umask", {
      umask: 0o077,
      steps: [
        { op: "mkdir", path: "/srv/app", mode: 0o755 },
        { op: "chdir", path: "/srv/app" },
      ],
    });
    assert.is(stdout, "/srv/app\n0077");
    assert.is(await runScript("pwd; umask"), "/\n0022");
  });

  suite("every bind and remount flag comes through", async () => {
    const stdout = await runScript("grep ' /tmp ' /proc/self/mountinfo", {
      steps: [
        { op: "mount", source: "/etc", target: "/tmp", flags: MS_BIND | MS_REC },
        {
          op: "mount",
          target: "/tmp",
          flags: MS_BIND | MountFlag.MS_REMOUNT | MS_RDONLY | MS_NOEXEC,
        },
        { op: "mount", target: "/tmp", flags: MountFlag.MS_SHARED },
      ],
    });
    assert.match(stdout, /\/etc \/tmp ro,noexec/);
    assert.match(stdout, "shared:");
  });
});

suite.run();
