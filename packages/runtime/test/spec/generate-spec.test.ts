import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ContainerOptions } from "../../src/options.ts";
import { generateSpec } from "../../src/spec/generate-spec.ts";
import {
  listGrantableCapabilities,
  parseHeldCapabilities,
} from "../../src/spec/held-capabilities.ts";
import { listHostDevices } from "../../src/spec/host-devices.ts";
import { generateContainerId } from "../../src/state/container-id.ts";

const test = suite("generateSpec");

const id = generateContainerId();
const generate = (options: Partial<ContainerOptions>, config = {}) =>
  generateSpec({
    options: { source: { rootfs: "/" }, command: ["true"], ...options },
    id,
    config,
    readAccountFile: () => undefined,
    userNamespace: { type: "host" },
  });

test("Docker's environment: defaults, then the image's, then the caller's", () => {
  const spec = generate({ env: { A: "caller" } }, { Env: ["A=image", "B=image", "PATH=/bin"] });
  assert.equal(spec.process.env, [
    "PATH=/bin",
    `HOSTNAME=${id.slice(0, 12)}`,
    "HOME=/",
    "A=caller",
    "B=image",
  ]);
});

test("the image's entrypoint goes before the command; an own one does away with the image's command", () => {
  const config = { Entrypoint: ["/entry"], Cmd: ["serve"] };
  const source = { rootfs: "/" };
  assert.equal(
    generateSpec({
      options: { source },
      id,
      config,
      readAccountFile: () => undefined,
      userNamespace: { type: "host" },
    }).process.args,
    ["/entry", "serve"],
  );
  assert.equal(generate({}, config).process.args, ["/entry", "true"]);
  assert.throws(
    () =>
      generateSpec({
        options: { source, entrypoint: [] },
        id,
        config,
        readAccountFile: () => undefined,
        userNamespace: { type: "host" },
      }),
    /there is no command/,
  );
});

test("a user other than root holds no capability", () => {
  const { capabilities } = generate({ user: "5:5" }).process;
  assert.equal(capabilities?.effective, []);
  assert.equal(capabilities?.permitted, []);
  assert.equal(capabilities?.inheritable, []);
  assert.is(capabilities?.bounding?.length, 14);
});

test("the host's network keeps the host's name and no namespace of its own", () => {
  const spec = generate({ network: "host" });
  assert.not.ok(spec.linux?.namespaces?.some(({ type }) => type === "network"));
  assert.ok(generate({}).linux?.namespaces?.some(({ type }) => type === "network"));
});

test("privileged opens what is closed by default, and only then", () => {
  const open = generate({ privileged: true });
  assert.equal(open.linux?.maskedPaths, []);
  assert.equal(open.process.capabilities?.bounding, listGrantableCapabilities("host"));
  assert.is(open.process.noNewPrivileges, false);
  const closed = generate({});
  assert.ok(closed.linux?.maskedPaths?.includes("/proc/kcore"));
  assert.is(closed.process.noNewPrivileges, true);
  assert.is(closed.linux?.resources?.devices?.[0]?.allow, false);
});

test("the caller's own capabilities are read bit by bit", () => {
  assert.equal(parseHeldCapabilities("Name:\tx\nCapPrm:\t0000000000000021\nCapEff:\t0\n"), [
    "CAP_CHOWN",
    "CAP_KILL",
  ]);
  assert.equal(parseHeldCapabilities(""), []);
});

test("a mount of the caller's replaces the default one at the same place", () => {
  const spec = generate({ mounts: [{ type: "tmpfs", target: "/dev/shm/", size: 4096 }] });
  const shm = spec.mounts?.filter(({ destination }) => destination === "/dev/shm");
  assert.is(shm?.length, 1);
  assert.ok(shm?.[0]?.options?.includes("size=4096"));
});

test("memory limits swap with it", () => {
  const { memory } = generate({ limits: { memory: 200 * 2 ** 20 } }).linux?.resources ?? {};
  assert.equal(memory, { limit: 200 * 2 ** 20, swap: 200 * 2 ** 20 });
});

test("limits of disks, which are known by their numbers", () => {
  const [disk] = listHostDevices().filter(({ type }) => type === "b");
  if (disk === undefined) return console.log("SKIP limits of disks: this machine has none");
  const { path, major, minor } = disk;
  const limits = {
    blkioWeight: 300,
    blkioWeightDevice: [{ path, weight: 10 }],
    deviceReadBps: [{ path, rate: 1 }],
    deviceWriteBps: [{ path, rate: 2 }],
    deviceReadIops: [{ path, rate: 3 }],
    deviceWriteIops: [{ path, rate: 4 }],
  };
  assert.equal(generate({ limits }).linux?.resources?.blockIO, {
    weight: 300,
    weightDevice: [{ major, minor, weight: 10 }],
    throttleReadBpsDevice: [{ major, minor, rate: 1 }],
    throttleWriteBpsDevice: [{ major, minor, rate: 2 }],
    throttleReadIOPSDevice: [{ major, minor, rate: 3 }],
    throttleWriteIOPSDevice: [{ major, minor, rate: 4 }],
  });
});

test("what only v1's memory controller has", () => {
  const { memory } =
    generate({ limits: { memorySwappiness: 0, oomKillDisable: true } }).linux?.resources ?? {};
  assert.equal(memory, { swappiness: 0, disableOOMKiller: true });
  assert.is(generate({ limits: { oomKillDisable: false } }).linux?.resources?.memory, undefined);
});

test("device rules come behind those that every container has", () => {
  const deviceRules = [
    { type: "c" as const, major: 10, minor: 229, access: "rw" },
    { type: "b" as const, major: 8, access: "r" },
    { type: "a" as const, access: "rwm" },
  ];
  assert.equal(generate({ deviceRules }).linux?.resources?.devices?.slice(-3), [
    { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
    { allow: true, type: "b", major: 8, access: "r" },
    { allow: true, access: "rwm" },
  ]);
});

test("annotations, and the path of the cgroup", () => {
  const { annotations, linux } = generate({
    annotations: { "org.example.a": "b" },
    cgroupParent: "/jobs/batch",
  });
  assert.equal(annotations, { "org.example.a": "b" });
  assert.is(linux?.cgroupsPath, `/jobs/batch/${id}`);
  assert.is(generate({ cgroupParent: "jobs" }).linux?.cgroupsPath, `jobs/${id}`);
  assert.is(generate({}).linux?.cgroupsPath, undefined);
});

const wrong: [string, Partial<ContainerOptions>, RegExp][] = [
  ["memory below what a shell needs", { limits: { memory: 4096 } }, /failed to limit memory/],
  ["memory that is no number", { limits: { memory: Number.NaN } }, /failed to limit memory/],
  ["swap without memory", { limits: { memorySwap: 1e9 } }, /failed to limit memorySwap/],
  ["swap below memory", { limits: { memory: 1e8, memorySwap: 1e7 } }, /failed to limit memorySwap/],
  ["a quota below 1 ms", { limits: { cpuQuota: 10 } }, /failed to limit cpuQuota/],
  ["more CPU than there is", { limits: { cpuQuota: 1e12 } }, /failed to limit cpuQuota/],
  ["no processes", { limits: { pids: 0 } }, /failed to limit pids/],
  ["a list that is none", { limits: { cpusetCpus: "0-" } }, /failed to limit cpusetCpus/],
  ["too little weight", { limits: { blkioWeight: 9 } }, /failed to limit blkioWeight: 9/],
  ["too much weight", { limits: { blkioWeight: 1001 } }, /failed to limit blkioWeight: 1001/],
  [
    "a weight of a disk that is none",
    { limits: { blkioWeightDevice: [{ path: "/dev/null", weight: 10 }] } },
    /failed to limit blkioWeightDevice: \/dev\/null is no disk/,
  ],
  [
    "a disk that is not there",
    { limits: { deviceReadBps: [{ path: "/dev/nothing", rate: 1 }] } },
    /failed to limit deviceReadBps: \/dev\/nothing is not there/,
  ],
  [
    "no rate",
    { limits: { deviceWriteIops: [{ path: "/dev/null", rate: 0 }] } },
    /failed to limit deviceWriteIops: 0/,
  ],
  ["too much swappiness", { limits: { memorySwappiness: 101 } }, /memorySwappiness: 101/],
  ["a rule without access", { deviceRules: [{ type: "c", access: "" }] }, /failed to allow/],
  ["access twice", { deviceRules: [{ type: "c", access: "rr" }] }, /failed to allow/],
  [
    "a number that is none",
    { deviceRules: [{ type: "c", major: -1, access: "r" }] },
    /-1 is no number/,
  ],
  [
    "every device, but not quite",
    { deviceRules: [{ type: "a", major: 1, access: "rwm" }] },
    /a is every device/,
  ],
  [
    "rules where nothing filters",
    { cgroups: "disabled", deviceRules: [{ type: "c", access: "r" }] },
    /nothing filters/,
  ],
  ["a parent with dots", { cgroupParent: "/a/../b" }, /failed to use cgroup/],
  ["no parent", { cgroupParent: "" }, /failed to use cgroup/],
  ["an unknown ulimit", { ulimits: { files: { soft: 1, hard: 1 } } }, /failed to limit files/],
  ["soft above hard", { ulimits: { nofile: { soft: 2, hard: 1 } } }, /soft 2 is above hard 1/],
  ["an unknown capability", { capAdd: ["FLY"] }, /capability "FLY"/],
  ["a relative target", { mounts: [{ type: "tmpfs", target: "a" }] }, /not absolute/],
  ["the root as target", { mounts: [{ type: "tmpfs", target: "/x/.." }] }, /the root directory/],
  [
    "a source that is not there",
    { mounts: [{ type: "bind", source: "/nope", target: "/a" }] },
    /does not exist/,
  ],
  ["a relative source", { mounts: [{ type: "bind", source: "a", target: "/a" }] }, /not absolute/],
  [
    "one target twice",
    {
      mounts: [
        { type: "tmpfs", target: "/a" },
        { type: "tmpfs", target: "/a/" },
      ],
    },
    /two mounts/,
  ],
  [
    "a kind of mount that is none",
    { mounts: [{ type: "npipe" as "tmpfs", target: "/a" }] },
    /unknown type "npipe"/,
  ],
  ["a network that is none", { network: "bridge" as "host" }, /failed to join network "bridge"/],
  ["a relative directory", { cwd: "work" }, /process\.cwd/],
  ["a NUL in an argument", { command: ["a\0b"] }, /process\.args\.0/],
  ["an empty variable name", { env: { "": "x" } }, /process\.env/],
  ["an unknown user", { user: "ada" }, /failed to find user/],
];

for (const [what, options, message] of wrong) {
  test(`${what} is refused`, () => assert.throws(() => generate(options), message));
}

test.run();
