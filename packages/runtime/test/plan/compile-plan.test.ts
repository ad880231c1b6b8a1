import type { CgroupLocation } from "@dockher/cgroup";
import { MountAttribute, MountFlag, type Step } from "@dockher/ns";
import type { Overlay } from "@dockher/rootfs";
import type { Filter } from "@dockher/seccomp";
import { createDefaultSpec, type Mount, type Spec } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compilePlan } from "../../src/plan/compile-plan.ts";
import type { RootPlan } from "../../src/plan/compile-root.ts";
import { adaptToUserNamespace } from "../../src/spec/adapt-to-user-namespace.ts";
import { DEFAULT_DEVICES } from "../../src/spec/default-devices.ts";
import type { UserNamespace } from "../../src/user-namespace/user-namespace.ts";

const test = suite("compilePlan");

const v2: CgroupLocation = {
  version: 2,
  name: "c",
  directory: "/sys/fs/cgroup/dockher/c",
  controllers: ["memory"],
};
const v1: CgroupLocation = {
  version: 1,
  name: "c",
  directories: { memory: "/m/c", cpu: "/c/c", cpuacct: "/c/c" },
};

const filter: Filter = { program: new Uint8Array(8), flags: 0 };

function compile(change: (spec: Spec) => void = () => {}, cgroup: CgroupLocation | undefined = v2) {
  const spec = createDefaultSpec();
  spec.linux = { ...spec.linux, devices: [...DEFAULT_DEVICES] };
  change(spec);
  return compilePlan({
    spec,
    root: { type: "directory", path: "/rootfs" },
    userNamespace: { type: "host" },
    cgroup,
    filter,
    stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
    init: false,
  });
}

const find = (steps: readonly Step[], matches: (step: Step) => boolean): number => {
  const index = steps.findIndex(matches);
  assert.ok(index >= 0, "the step is there");
  return index;
};

test("the host's tree is private before anything is mounted, and gone before anything is resolved inside", () => {
  const { steps } = compile((spec) => {
    spec.mounts?.push({ destination: "/data", type: "bind", source: "/tmp", options: ["rbind"] });
  });
  const isPrivate = find(steps, (step) => step.op === "mount" && step.target === "/");
  const source = find(steps, (step) => step.op === "open-tree");
  const pivot = find(steps, (step) => step.op === "pivot-root");
  const target = find(steps, (step) => step.op === "move-mount");
  const proc = find(steps, (step) => step.op === "mount" && step.target === "/proc");
  assert.ok(isPrivate < source && source < pivot && pivot < proc && proc < target);
});

test("/proc, /dev and /sys must not be links of the image", () => {
  const { steps } = compile();
  for (const target of ["/proc", "/dev", "/sys"]) {
    const step = steps[find(steps, (one) => one.op === "mount" && one.target === target)];
    assert.is(step?.op === "mount" && step.symlinks, "refuse", target);
  }
});

test("paths are closed after what is written there, credentials last", () => {
  const { steps } = compile((spec) => {
    spec.linux = { ...spec.linux, sysctl: { "net.ipv4.ip_forward": "1" } };
  });
  const sysctl = find(steps, (step) => step.op === "sysctl");
  const closed = find(steps, (step) => step.op === "read-only" && step.path === "/proc/sys");
  const bounding = find(steps, (step) => step.op === "bounding");
  const uid = find(steps, (step) => step.op === "uid");
  const capabilities = find(steps, (step) => step.op === "capabilities");
  assert.ok(sysctl < closed && closed < bounding && bounding < uid && uid < capabilities);
  assert.ok(capabilities < find(steps, (step) => step.op === "no-new-privileges"));
});

test("a read-only root is closed after the mount points were made", () => {
  const { steps } = compile((spec) => {
    spec.root.readonly = true;
  });
  const closing = find(steps, (step) => step.op === "set-mount-attributes" && step.target === "/");
  assert.ok(closing > find(steps, (step) => step.op === "mask"));
  const step = steps[closing];
  assert.ok(
    step?.op === "set-mount-attributes" && (step.set & MountAttribute.MOUNT_ATTR_RDONLY) !== 0,
  );
});

test("without a cgroup device nodes are dead and no cgroup file system is mounted", () => {
  const { steps, cgroups } = compilePlan({
    spec: createDefaultSpec(),
    root: { type: "directory", path: "/rootfs" },
    userNamespace: { type: "host" },
    cgroup: undefined,
    filter,
    stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
    init: true,
  });
  assert.is(cgroups, undefined);
  assert.ok(
    steps.some(
      (step) =>
        step.op === "set-mount-attributes" &&
        (step.set & MountAttribute.MOUNT_ATTR_NODEV) !== 0 &&
        step.target === "/",
    ),
  );
  assert.not.ok(steps.some((step) => step.op === "mount" && step.fstype?.startsWith("cgroup")));
});

test("on v1 each hierarchy is joined once and shown read-only by its controllers", () => {
  const { steps, cgroups } = compile(undefined, v1);
  assert.equal(cgroups, { version: 1, procs: ["/m/c/cgroup.procs", "/c/c/cgroup.procs"] });
  const shown = steps.filter((step) => step.op === "mount" && step.fstype === "cgroup");
  assert.equal(
    shown.map((step) => step.op === "mount" && [step.target, step.data]),
    [
      ["/sys/fs/cgroup/memory", "memory"],
      ["/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct"],
    ],
  );
  for (const step of shown) {
    assert.ok(step.op === "mount" && (step.flags & MountFlag.MS_RDONLY) !== 0);
  }
});

test("a file is bound on a file, a directory on a directory", () => {
  const { steps } = compile((spec) => {
    spec.mounts = [
      { destination: "/a", type: "bind", source: "/etc/passwd", options: ["bind"] },
      { destination: "/b", type: "bind", source: "/etc", options: ["rbind", "ro"] },
    ];
  });
  const targets = steps.filter((step) => step.op === "move-mount");
  assert.equal(
    targets.map((step) => step.op === "move-mount" && step.createTarget),
    ["file", "directory"],
  );
  const attributes = steps.find((step) => step.op === "set-mount-attributes");
  assert.ok(attributes?.op === "set-mount-attributes" && attributes.recursive);
});

test("a mount without a type and one whose source has gone are refused", () => {
  assert.throws(
    () => compile((spec) => spec.mounts?.push({ destination: "/x" })),
    /failed to mount on \/x: it has no type/,
  );
  assert.throws(
    () =>
      compile((spec) =>
        spec.mounts?.push({ destination: "/x", type: "bind", source: "/nope", options: ["bind"] }),
      ),
    /failed to mount \/nope/,
  );
});

const START = 2_013_265_920;
const mappings = [{ containerID: 0, hostID: START, size: 65_536 }];
const mapped: UserNamespace = { type: "mapped", uidMappings: mappings, gidMappings: mappings };
const own = [{ containerID: 0, hostID: 1000, size: 1 }];
const single: UserNamespace = {
  type: "rootless",
  mapper: "caller",
  uidMappings: own,
  gidMappings: own,
  single: { reason: "", fix: "" },
};

/** As {@link compile}, in a user namespace. */
function compileIn(userNamespace: UserNamespace, root: RootPlan, change = (_: Spec): void => {}) {
  const spec = createDefaultSpec();
  spec.linux = { ...spec.linux, devices: [...DEFAULT_DEVICES] };
  spec.process.user = { uid: 7, gid: 8, additionalGids: [9] };
  change(spec);
  adaptToUserNamespace(spec, userNamespace);
  return compilePlan({
    spec,
    root,
    userNamespace,
    cgroup: undefined,
    filter,
    stdio: [{ kind: "pipe" }, { kind: "pipe" }, { kind: "pipe" }],
    init: false,
  });
}

test("ids of its own: all is mounted outside and mapped, and the user namespace is entered before the rights go", () => {
  const { steps, stdioOwner } = compileIn(
    mapped,
    { type: "directory", path: "/rootfs" },
    (spec) => {
      spec.mounts?.push({ destination: "/v", type: "bind", source: "/etc", options: ["rbind"] });
    },
  );
  const enter = find(steps, ({ op }) => op === "enter-user-namespace");
  const lastMount = steps.findLastIndex(
    ({ op }) => op === "mount" || op === "set-mount-attributes",
  );
  assert.ok(lastMount < enter && enter < find(steps, ({ op }) => op === "bounding"));
  assert.is(steps.filter((step) => step.op === "set-mount-attributes" && step.idmap).length, 2);
  assert.equal(stdioOwner, { uid: START + 7, gid: START + 8 });
  const owner = steps[find(steps, ({ op }) => op === "file-owner")];
  assert.equal(owner, { op: "file-owner", uid: START, gid: START });
  const devpts = steps.find((step) => step.op === "mount" && step.fstype === "devpts");
  assert.match(devpts?.op === "mount" ? (devpts.data ?? "") : "", `gid=${START + 5}`);
});

test("ids of its own: layers and the upper directory on disk are mapped before the overlay is mounted, by its owner", () => {
  const overlay = (steps: Overlay["steps"]): RootPlan => ({
    type: "overlay",
    overlay: {
      steps: [
        ...steps,
        { type: "mount", mount: { destination: "/c/rootfs", type: "overlay", options: [] } },
      ],
      target: "/c/rootfs",
      lowerdir: ["/layers/2", "/layers/1"],
      upperdir: "/c/upper",
      workdir: "/c/work",
      release: async () => {},
      [Symbol.asyncDispose]: async () => {},
    },
  });
  const listMapped = (steps: readonly Step[]): string[] =>
    steps
      .slice(
        0,
        find(steps, ({ op }) => op === "file-owner"),
      )
      .flatMap((step) => (step.op === "move-mount" ? [step.target] : []));
  const onDisk = compileIn(mapped, overlay([])).steps;
  assert.equal(listMapped(onDisk), ["/layers/2", "/layers/1", "/c"]);
  assert.ok(
    find(onDisk, ({ op }) => op === "file-owner") <
      find(onDisk, (step) => step.op === "mount" && step.fstype === "overlay"),
  );
  const memory = { destination: "/c/memory", type: "tmpfs" };
  const inMemory = compileIn(mapped, overlay([{ type: "mount", mount: memory }])).steps;
  assert.equal(listMapped(inMemory), ["/layers/2", "/layers/1"]);
});

test("ids of its own: an id of a file system that has none is refused", () => {
  const change = (spec: Spec): void => {
    spec.mounts?.push({ destination: "/t", type: "tmpfs", options: ["uid=70000"] });
  };
  assert.throws(
    () => compileIn(mapped, { type: "directory", path: "/rootfs" }, change),
    /failed to mount with uid=70000/,
  );
});

test("a mount is mapped to the container's ids or to none", () => {
  const compileMount = (namespace: UserNamespace, mount: Partial<Mount>) =>
    compileIn(namespace, { type: "directory", path: "/rootfs" }, (spec) => {
      spec.mounts?.push({ destination: "/v", type: "bind", source: "/etc", ...mount });
    });
  const other = [{ containerID: 0, hostID: 5, size: 1 }];
  const options = ["bind"];
  compileMount(mapped, { options, uidMappings: mappings, gidMappings: mappings });
  for (const uidMappings of [other, []]) {
    assert.throws(() => compileMount(mapped, { options, uidMappings }), /only the container's own/);
  }
  assert.throws(() => compileMount(single, { options: ["bind", "idmap"] }), /no ids of its own/);
  assert.throws(() => compileMount(single, { options, gidMappings: own }), /only the container's/);
});

test("without root: devices are bound and checked, proc and sysfs made early, with a single id no groups are set", () => {
  const { steps, setgroups, namespaces, stdioOwner } = compileIn(single, {
    type: "directory",
    path: "/rootfs",
  });
  const pivot = find(steps, ({ op }) => op === "pivot-root");
  for (const fstype of ["proc", "sysfs"]) {
    assert.ok(find(steps, (step) => step.op === "create-mount" && step.fstype === fstype) < pivot);
  }
  const devices = steps.flatMap((step) => (step.op === "open-tree" && step.device ? [step] : []));
  assert.equal(
    devices.map(({ source, device }) => [source, device?.major, device?.minor]),
    DEFAULT_DEVICES.map(({ path, major, minor }) => [path, major, minor]),
  );
  const ops = new Set(steps.map(({ op }) => op));
  for (const op of ["mknod", "groups", "enter-user-namespace", "file-owner"] as const) {
    assert.not.ok(ops.has(op), op);
  }
  assert.is(setgroups, "deny");
  assert.equal(namespaces[0], { type: "user" });
  assert.equal(stdioOwner, { uid: 7, gid: 8 });
  const devpts = steps.find((step) => step.op === "mount" && step.fstype === "devpts");
  assert.not.match(devpts?.op === "mount" ? (devpts.data ?? "") : "", "gid=");
});

test("the filter is the last step, or before what it could not be installed after", () => {
  const operations = (noNewPrivileges: boolean): string[] =>
    compile((spec) => {
      spec.process.noNewPrivileges = noNewPrivileges;
    }).steps.map(({ op }) => op);
  assert.equal(operations(true).slice(-3), ["capabilities", "no-new-privileges", "seccomp"]);
  const opened = operations(false);
  assert.not(opened.includes("no-new-privileges"));
  assert.is(opened.indexOf("seccomp") + 1, opened.indexOf("bounding"));
});

test.run();
