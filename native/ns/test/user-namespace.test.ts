import { chmodSync, statSync } from "node:fs";
import { text } from "node:stream/consumers";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { MountAttribute, MountFlag, type Plan, park, type Step } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run, runFailure, runScript } from "./support/container.js";

const suite = makeSuite("a user namespace that is entered last");

const START = 2_013_265_920;
const mappings = [{ containerID: 0, hostID: START, size: 65_536 }];
const namespaces = ["user", "pid", "mount", "uts", "ipc", "network"] as const;
const become: Step[] = [
  { op: "enter-user-namespace" },
  { op: "gid", gid: 0 },
  { op: "uid", uid: 0, keepCapabilities: true },
];

/** A container whose root directory is mapped to its ids, or is not; all is mounted before they are taken. */
function plan(rootfs: Rootfs, script: string, steps: Step[] = [], idmap = true): Plan {
  const { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC } = MountFlag;
  return {
    ...makePlan(rootfs, script),
    namespaces: namespaces.map((type) => ({ type })),
    uidMappings: mappings,
    gidMappings: mappings,
    steps: [
      { op: "mount", target: "/", flags: MS_PRIVATE | MS_REC },
      { op: "open-tree", slot: 0, source: rootfs.path, recursive: true },
      { op: "set-mount-attributes", slot: 0, set: 0, clear: 0, recursive: true, idmap },
      { op: "move-mount", slot: 0, target: rootfs.path },
      { op: "file-owner", uid: START, gid: START },
      { op: "pivot-root", newRoot: rootfs.path },
      {
        op: "mount",
        source: "proc",
        target: "/proc",
        fstype: "proc",
        flags: MS_NOSUID | MS_NODEV | MS_NOEXEC,
      },
      ...steps,
      ...become,
    ],
  };
}

/** Not every file system can be mapped. */
async function findIdmapObstacle(): Promise<string | undefined> {
  const obstacle = findObstacle();
  if (obstacle !== undefined) return obstacle;
  using rootfs = new Rootfs();
  try {
    await run(plan(rootfs, "true"));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const obstacle = await findIdmapObstacle();
whenPossible("a user namespace that is entered last", obstacle, () => {
  suite("maps files where they lie, and what is made before is its root's", async () => {
    using rootfs = new Rootfs();
    chmodSync(rootfs.join("tmp"), 0o500);
    const { stdout, stderr } = await run(
      plan(rootfs, "id -u; stat -c %u:%g /bin /tmp/made; echo x > /tmp/own", [
        { op: "mkdir", path: "/tmp/made", mode: 0o755 },
      ]),
    );
    assert.is(stderr, "");
    assert.is(stdout, "0\n0:0\n0:0");
    for (const name of ["tmp/made", "tmp/own"]) assert.is(statSync(rootfs.join(name)).uid, 0);
  });

  suite("without mapped mounts, files are nobody's", async () => {
    using rootfs = new Rootfs();
    const { stdout } = await run(plan(rootfs, "stat -c %u /bin", [], false));
    assert.is(stdout, "65534");
  });

  suite("owns its network and its names, but no mount", async () => {
    using rootfs = new Rootfs();
    const script =
      "hostname inside && hostname; mount -t tmpfs x /tmp || echo refused; cat /proc/self/uid_map";
    const { stdout } = await run(plan(rootfs, script));
    assert.match(stdout, /^inside\nrefused\n\s+0\s+2013265920\s+65536$/);
  });

  suite("can be parked, and run below an init", async () => {
    using rootfs = new Rootfs();
    await using parked = await park({ ...plan(rootfs, "id -u; exit 3"), init: true });
    await using process = await parked.release();
    const printed = process.stdout === undefined ? "" : await text(process.stdout);
    const exit = await process.exited;
    assert.is(printed, "0\n");
    assert.is(exit.kind === "exited" && exit.exitCode, 3);
  });

  suite("maps that the kernel refuses are told", async () => {
    const wrong = { uidMappings: [{ containerID: 0, hostID: 0, size: 0 }] };
    const { message } = await runFailure([{ op: "enter-user-namespace" }], {
      namespaces: namespaces.map((type) => ({ type })),
      ...wrong,
    });
    assert.match(message, "failed to write uid_map: EINVAL");
  });

  suite("a device that is bound must be the one that is meant", async () => {
    const bind = (major: number, minor: number): Step[] => [
      {
        op: "open-tree",
        slot: 1,
        source: "/dev/null",
        recursive: false,
        device: { type: "c", major, minor },
      },
    ];
    using rootfs = new Rootfs();
    const { steps, ...rest } = makePlan(rootfs, "echo x > /dev/null && echo written");
    const attach: Step = { op: "move-mount", slot: 1, target: "/dev/null", createTarget: "file" };
    const { stdout } = await run({ ...rest, steps: [...bind(1, 3), ...steps, attach] });
    assert.is(stdout, "written");
    const error = await run({ ...rest, steps: [...bind(1, 5), ...steps, attach] }).catch(
      (reason: unknown) => reason,
    );
    assert.match(String(error), "failed to open /dev/null for binding: ENODEV");
  });

  suite("a mount that is attached can be closed", async () => {
    const steps: Step[] = [
      {
        op: "set-mount-attributes",
        target: "/",
        set: MountAttribute.MOUNT_ATTR_RDONLY,
        clear: 0,
        recursive: false,
      },
    ];
    const script = "{ echo x > /tmp/x; } 2>&1 | grep -o Read-only";
    assert.is(await runScript(script, { steps }), "Read-only");
  });
});

suite.run();
