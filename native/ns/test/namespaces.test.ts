import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ContainerProcess,
  type LaunchedProcess,
  launch,
  type NsError,
  type Plan,
  type PlanNamespace,
  park,
} from "../src/index.js";
import { findObstacle, findUserObstacle, nobody, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run, runScript } from "./support/container.js";

const suite = makeSuite("namespaces");

const all = ["pid", "mount", "uts", "ipc", "network", "cgroup"] as const;
const files = {
  pid: "pid",
  mount: "mnt",
  uts: "uts",
  ipc: "ipc",
  network: "net",
  cgroup: "cgroup",
  user: "user",
};

const rootMapping = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
const userNamespace: Partial<Plan> = {
  namespaces: [{ type: "user" }, { type: "pid" }, { type: "mount" }],
  uidMappings: rootMapping,
  gidMappings: rootMapping,
};

function join(process: LaunchedProcess, ...types: PlanNamespace["type"][]): PlanNamespace[] {
  return types.map((type) => ({ type, path: `/proc/${process.pid}/ns/${files[type]}` }));
}

/** Field 22 of proc(5)'s stat: the name before it has no space. */
function readStartTicks(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[21]);
}

/** A container that runs until the end of the block. */
async function startSleeper(rootfs: Rootfs, changes: Partial<Plan> = {}): Promise<LaunchedProcess> {
  return await launch(
    makePlan(rootfs, "sleep 1000", { namespaces: all.map((type) => ({ type })), ...changes }),
  );
}

whenPossible("namespaces", findObstacle(), () => {
  suite("new ones are new, all of them", async () => {
    const stdout = await runScript(
      all.map((type) => `readlink /proc/self/ns/${files[type]}`).join(";"),
      { namespaces: all.map((type) => ({ type })) },
    );
    const inside = stdout.split("\n");
    assert.is(inside.length, all.length);
    for (const [index, type] of all.entries())
      assert.is.not(inside[index], readlinkSync(`/proc/self/ns/${files[type]}`));
  });

  suite("none is none", async () => {
    const plan: Plan = {
      args: ["/bin/readlink", "/proc/self/ns/mnt"],
      env: [],
      namespaces: [],
      stdio: [{ kind: "null" }, { kind: "pipe" }, { kind: "pipe" }],
      steps: [],
    };
    assert.is((await run(plan)).stdout, readlinkSync("/proc/self/ns/mnt"));
  });

  suite("a user namespace maps ids", async () => {
    const stdout = await runScript("id -u; cat /proc/self/uid_map /proc/self/gid_map", {
      ...userNamespace,
      steps: [{ op: "uid", uid: 0, keepCapabilities: false }],
    });
    assert.match(stdout, /^0\n\s+0\s+100000\s+65536\n\s+0\s+100000\s+65536$/);
  });

  whenPossible("an unprivileged process", findUserObstacle(), () => {
    suite("an unprivileged process may map itself and mount", async () => {
      using rootfs = new Rootfs();
      const program = `
        import { launch } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
        const plan = JSON.parse(process.argv[1]);
        const starts = await Promise.all([1, 2, 3, 4].map(() => launch(plan)));
        for (const { exited } of starts) console.log((await exited).exitCode + "");
      `;
      const own = [{ containerID: 0, hostID: nobody.uid, size: 1 }];
      const plan = makePlan(
        rootfs,
        '[ "$(id -u)" = 0 ] && [ "$(cat /proc/self/oom_score_adj)" = 500 ] && exit 7',
        {
          ...userNamespace,
          uidMappings: own,
          gidMappings: own,
          setgroups: "deny",
          oomScoreAdj: 500,
          stdio: [{ kind: "null" }, { kind: "null" }, { kind: "inherit", fd: 2 }],
        },
      );
      const stdout = execFileSync(
        process.execPath,
        ["--input-type=module", "-e", program, JSON.stringify(plan)],
        { encoding: "utf8", ...nobody },
      );
      assert.is(stdout, "7\n7\n7\n7\n");
    });
  });

  suite("proc and sysfs in a user namespace are created before the pivot", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "readlink /proc/self; ls /sys/class/net", {
      ...userNamespace,
      namespaces: [{ type: "user" }, { type: "pid" }, { type: "mount" }, { type: "network" }],
    });
    const { stdout } = await run({
      ...plan,
      steps: [
        { op: "create-mount", slot: 2, fstype: "sysfs", attributes: 15 },
        ...plan.steps,
        { op: "move-mount", slot: 2, target: "/sys", symlinks: "refuse" },
      ],
    });
    assert.match(stdout, /^\d+\nlo$/);
  });

  suite("joins what is named", async () => {
    using rootfs = new Rootfs();
    await using first = await startSleeper(rootfs);
    const second = makePlan(rootfs, "readlink /proc/self/ns/net; readlink /proc/self/ns/ipc", {
      namespaces: [...join(first, "network", "ipc"), { type: "mount" }, { type: "pid" }],
    });
    const { stdout } = await run(second);
    const expected = ["net", "ipc"].map((type) => readlinkSync(`/proc/${first.pid}/ns/${type}`));
    assert.equal(stdout.split("\n"), expected);
  });

  suite("enters a running container whole", async () => {
    using rootfs = new Rootfs();
    await using container = await startSleeper(rootfs);
    const entered: Plan = {
      ...makePlan(rootfs, 'ps; echo "I am $$"; readlink /proc/$$/exe; exit 5'),
      namespaces: join(container, "cgroup", "ipc", "uts", "network", "pid", "mount"),
      steps: [{ op: "chdir", path: "/tmp" }],
    };
    const { stdout, exit } = await run(entered);
    assert.match(stdout, /1 0 .*sleep 1000/);
    assert.match(stdout, /I am \d+/);
    assert.match(stdout, "/bin/busybox");
    assert.is(exit.kind === "exited" && exit.exitCode, 5);
    assert.is(exit.peakResidentBytes !== undefined && exit.peakResidentBytes < 20e6, true);
  });

  suite("enters a user namespace and has its root", async () => {
    using rootfs = new Rootfs();
    await using container = await startSleeper(rootfs, userNamespace);
    const { stdout } = await run({
      ...makePlan(rootfs, "id -u; cat /proc/self/uid_map"),
      namespaces: join(container, "user", "pid", "mount"),
      steps: [
        { op: "gid", gid: 0 },
        { op: "uid", uid: 0, keepCapabilities: false },
      ],
    });
    assert.match(stdout, /^0\n\s+0\s+100000\s+65536$/);
  });

  suite("those of a process are joined, and of none that has its pid only", async () => {
    using rootfs = new Rootfs();
    await using container = await startSleeper(rootfs);
    const { pid } = container;
    const startTicks = readStartTicks(pid);
    const enter = (target: ContainerProcess): Plan => ({
      ...makePlan(rootfs, all.map((type) => `readlink /proc/self/ns/${files[type]}`).join(";")),
      namespaces: all.map((type) => ({ type, of: "container" })),
      container: target,
      steps: [],
    });
    const entered = await run(enter({ pid, startTicks }));
    const expected = all.map((type) => readlinkSync(`/proc/${pid}/ns/${files[type]}`));
    assert.equal(entered.stdout.split("\n"), expected);
    for (const other of [
      { pid, startTicks: startTicks + 1 },
      { pid, startTicks: 0 },
      { pid: 2 ** 22 + 1, startTicks },
    ]) {
      const error = await run(enter(other)).catch((reason: NsError) => reason);
      assert.match(String(error), "failed to open the container's namespaces: ESRCH");
      assert.is((error as NsError).errno, "ESRCH");
    }
  });

  suite("a container that nobody named is none", async () => {
    using rootfs = new Rootfs();
    const namespaces: PlanNamespace[] = [{ type: "pid", of: "container" }];
    const refuse = async (changes: Partial<Plan>) => {
      const error = await launch(makePlan(rootfs, "", { ...changes })).catch((e: NsError) => e);
      assert.is((error as NsError).code, "INVALID_PLAN", String(error));
    };
    await refuse({ namespaces });
    await refuse({ namespaces, container: { pid: 0, startTicks: 1 } });
    await refuse({ namespaces, container: { pid: 1.5, startTicks: 1 } });
    await refuse({ namespaces, container: { pid: 2 ** 31, startTicks: 1 } });
    await refuse({ namespaces, container: { pid: 1, startTicks: -1 } });
  });

  suite("a namespace that is not there is reported", async () => {
    using rootfs = new Rootfs();
    const namespaces: PlanNamespace[] = [{ type: "network", path: "/proc/self/ns/nothing" }];
    const missing = await run(makePlan(rootfs, "", { namespaces })).catch((error: Error) => error);
    assert.match(String(missing), "failed to open namespace /proc/self/ns/nothing: ENOENT");
    const wrong: PlanNamespace[] = [{ type: "network", path: "/proc/self/ns/uts" }];
    const error = await run(makePlan(rootfs, "", { namespaces: wrong })).catch((e: Error) => e);
    assert.match(String(error), "failed to join network namespace /proc/self/ns/uts: EINVAL");
  });

  suite("a parked process is there, waits, and goes on when told", async () => {
    using rootfs = new Rootfs();
    await using parked = await park(makePlan(rootfs, "cat /proc/self/uid_map", userNamespace));
    assert.match(readFileSync(`/proc/${parked.pid}/stat`, "utf8"), /^\d+ \(.*\) [RS] /);
    assert.is.not(readlinkSync(`/proc/${parked.pid}/ns/user`), readlinkSync("/proc/self/ns/user"));
    assert.is.not(readlinkSync(`/proc/${parked.pid}/exe`), process.execPath);
    await using running = await parked.release();
    assert.is(running.pid, parked.pid);
    const exit = await running.exited;
    assert.is(exit.kind === "exited" && exit.exitCode, 0);
    const again = await parked.release().catch((error: Error) => error);
    assert.match(String(again), "it has been released");
  });

  suite("a parked process that nobody wants is ended", async () => {
    using rootfs = new Rootfs();
    let pid: number;
    {
      await using parked = await park(makePlan(rootfs, "true"));
      pid = parked.pid;
    }
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
  });

  suite("bad id maps are reported and nothing stays", async () => {
    using rootfs = new Rootfs();
    const uidMappings = [{ containerID: 0, hostID: 0, size: 0 }];
    const plan = makePlan(rootfs, "", { ...userNamespace, uidMappings });
    const error = await run(plan).catch((reason: Error) => reason);
    assert.match(String(error), "failed to write uid_map: EINVAL");
  });
});

suite.run();
