import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { launch, type PlanCgroups } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run } from "./support/container.js";
import { findBoundaryObstacle, NamespaceBoundary } from "./support/namespace-boundary.js";

const suite = makeSuite("cgroups");

interface Hierarchy {
  version: 1 | 2;
  mountPoint: string;
  /** This process's place in it. */
  own: string;
}

/** Hierarchies with a controller named, or cgroup v2, that this process can make children in. */
function findHierarchy(controller: string): Hierarchy | undefined {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const memberships = readFileSync("/proc/self/cgroup", "utf8").trim().split("\n");
  for (const mount of mounts) {
    const [before = "", after = ""] = mount.split(" - ");
    const [type, , options = ""] = after.split(" ");
    const mountPoint = before.split(" ")[4] ?? "";
    const version = type === "cgroup2" ? 2 : 1;
    const isThis = version === 2 ? controller === "v2" : options.split(",").includes(controller);
    if (!type?.startsWith("cgroup") || !isThis) continue;
    const membership = memberships.find((line) =>
      version === 2 ? line.startsWith("0::") : line.split(":")[1]?.split(",").includes(controller),
    );
    if (membership !== undefined)
      return { version, mountPoint, own: membership.split(":").slice(2).join(":") };
  }
  return undefined;
}

/** A child of this process's cgroup, removed at the end of the block. */
class Child {
  readonly path: string;
  readonly name: string;

  constructor({ mountPoint, own }: Hierarchy) {
    this.name = path.join(own, `../ns-test-${process.pid}`);
    this.path = path.join(mountPoint, this.name);
    mkdirSync(this.path);
  }

  [Symbol.dispose](): void {
    rmdirSync(this.path);
  }
}

const controllers = ["v2", "pids", "memory"];
const found = controllers.flatMap((controller) => findHierarchy(controller) ?? []);
const obstacle =
  findObstacle() ?? (found.length === 0 ? "no cgroup hierarchy is mounted" : undefined);

whenPossible("cgroups", obstacle, () => {
  for (const hierarchy of found) {
    const { version, mountPoint } = hierarchy;
    const name = `v${version} at ${mountPoint}`;

    suite(`the process is inside from its first instruction, and its namespace says so (${name})`, async () => {
      using rootfs = new Rootfs();
      using child = new Child(hierarchy);
      const cgroups: PlanCgroups =
        version === 2
          ? { version, path: child.path }
          : { version, procs: [path.join(child.path, "cgroup.procs")] };
      for (const init of [false, true]) {
        const outside = await run(makePlan(rootfs, "cat /proc/self/cgroup", { cgroups, init }));
        assert.ok(outside.stdout.split("\n").some((line) => line.endsWith(`:${child.name}`)));
        const inside = await run(
          makePlan(rootfs, "cat /proc/self/cgroup", {
            cgroups,
            init,
            namespaces: [{ type: "pid" }, { type: "mount" }, { type: "cgroup" }],
          }),
        );
        assert.not.match(inside.stdout, path.basename(child.name));
      }
    });

    suite(`a cgroup that is not there is reported (${name})`, async () => {
      using rootfs = new Rootfs();
      const missing = path.join(mountPoint, "not-there");
      const cgroups: PlanCgroups =
        version === 2
          ? { version, path: missing }
          : { version, procs: [`${missing}/cgroup.procs`] };
      const error = await run(makePlan(rootfs, "", { cgroups })).catch((e: Error) => e);
      assert.match(String(error), `failed to open cgroup ${missing}`);
      assert.match(String(error), "ENOENT");
    });
  }

  const unified = findHierarchy("v2");
  whenPossible("who comes from elsewhere enters", findBoundaryObstacle(), () => {
    suite("who comes from elsewhere enters, though cgroup namespaces are boundaries", async () => {
      assert.ok(unified);
      using _boundary = new NamespaceBoundary();
      using rootfs = new Rootfs();
      using child = new Child(unified);
      const cgroups = { version: 2, path: child.path } as const;
      const types = ["pid", "mount", "cgroup"] as const;
      const files = { pid: "pid", mount: "mnt", cgroup: "cgroup" } as const;
      await using container = await launch(
        makePlan(rootfs, "sleep 1000", { cgroups, namespaces: types.map((type) => ({ type })) }),
      );
      const path = (type: (typeof types)[number]) => `/proc/${container.pid}/ns/${files[type]}`;
      const { stdout } = await run({
        args: ["sh", "-c", "cat /proc/self/cgroup"],
        env: ["PATH=/bin"],
        namespaces: types.map((type) => ({ type, path: path(type) })),
        cgroups,
        stdio: [{ kind: "null" }, { kind: "pipe" }, { kind: "pipe" }],
        steps: [],
      });
      assert.match(stdout, /^0::\/$/m);
    });
  });

  const memory = findHierarchy("memory");
  if (memory !== undefined)
    suite("a memory limit too small to start in does not take Node down", async () => {
      using rootfs = new Rootfs();
      using child = new Child(memory);
      writeFileSync(path.join(child.path, "memory.limit_in_bytes"), "4096");
      const cgroups: PlanCgroups = { version: 1, procs: [path.join(child.path, "cgroup.procs")] };
      const result = await launch(makePlan(rootfs, "exit 0", { cgroups })).catch((e: Error) => e);
      if (!(result instanceof Error)) await result.exited;
      assert.ok(process.pid > 0);
    });
});

suite.run();
