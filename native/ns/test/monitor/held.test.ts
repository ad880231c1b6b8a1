import { closeSync, openSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import {
  connectMonitor,
  type PlanNamespace,
  park,
  startMonitor,
  tryLock,
} from "../../src/index.js";
import { findObstacle, whenPossible } from "../support/capability.js";
import { run } from "../support/container.js";
import { Monitored, waitFor, waitUntilDead } from "../support/monitored.js";

const suite = makeSuite("monitor, what it holds");

const mappings = [{ containerID: 0, hostID: 0, size: 65_536 }];

/** A user namespace that nobody is in, kept by its descriptor, and a container's namespaces in it. */
async function makeNamespaces(): Promise<{ heldDescriptor: number; namespaces: PlanNamespace[] }> {
  await using parked = await park({
    args: ["true"],
    env: [],
    namespaces: [{ type: "user" }],
    uidMappings: mappings,
    gidMappings: mappings,
    stdio: [{ kind: "null" }, { kind: "null" }, { kind: "null" }],
    steps: [],
  });
  const heldDescriptor = openSync(`/proc/${parked.pid}/ns/user`, "r");
  const own = (["pid", "mount", "uts", "ipc"] as const).map((type) => ({ type }));
  const user = { type: "user", path: `/proc/self/fd/${heldDescriptor}` } as const;
  return { heldDescriptor, namespaces: [user, ...own] };
}

function isLocked(file: string): boolean {
  const fd = openSync(file, "r");
  const locked = !tryLock(fd);
  closeSync(fd);
  return locked;
}

const nameNamespace = (pid: number): string => readlinkSync(`/proc/${pid}/ns/user`);

/** The pid of a run after the one that is given. */
async function waitForPid(container: Monitored, { not }: { not: number }): Promise<number> {
  let pid = not;
  await waitFor(() => {
    const state = container.readState();
    if (state.status === "running") pid = state.pid;
    return pid !== not;
  });
  return pid;
}

whenPossible("monitor, what it holds", findObstacle(), () => {
  suite("a lock of the caller's, until the container has ended for good", async () => {
    await using container = new Monitored();
    const file = path.join(container.directory, "range");
    writeFileSync(file, "");
    const heldDescriptor = openSync(file, "r");
    assert.ok(tryLock(heldDescriptor));
    const restart = { name: "on-failure", maximumRetryCount: 1 } as const;
    await using connection = await container.start("sleep 1000", { heldDescriptor, restart });
    closeSync(heldDescriptor);
    assert.ok(isLocked(file));
    process.kill(container.pid, "SIGKILL");
    await waitForPid(container, { not: container.pid });
    assert.ok(isLocked(file), "while it restarts");
    await connection.stop({ timeoutMilliseconds: 0 });
    // Whoever is told of the end may have it at once.
    assert.not.ok(isLocked(file));
  });

  suite("is given back where it is killed, and where the container does not start", async () => {
    await using container = new Monitored();
    const file = path.join(container.directory, "range");
    writeFileSync(file, "");
    const heldDescriptor = openSync(file, "r");
    assert.ok(tryLock(heldDescriptor));
    await using _ = await container.start("sleep 1000", { heldDescriptor });
    closeSync(heldDescriptor);
    process.kill(container.monitorPid, "SIGKILL");
    await waitUntilDead(container.monitorPid);
    await waitFor(() => !isLocked(file));

    const again = openSync(file, "r");
    assert.ok(tryLock(again));
    const error = await startMonitor(
      container.options("", { heldDescriptor: again, plan: { args: ["/nothing"] } }),
    ).catch((reason: { code?: string }) => reason);
    assert.is((error as { code?: string }).code, "COMMAND_NOT_FOUND");
    closeSync(again);
    await waitFor(() => !isLocked(file));
  });

  suite("a user namespace, which each run of the container joins", async () => {
    await using container = new Monitored();
    const { heldDescriptor, namespaces } = await makeNamespaces();
    await using connection = await container.start("sleep 1000", {
      heldDescriptor,
      restart: { name: "always" },
      plan: { namespaces },
    });
    closeSync(heldDescriptor);
    const first = nameNamespace(container.pid);
    assert.is.not(first, nameNamespace(process.pid));
    process.kill(container.pid, "SIGKILL");
    const pid = await waitForPid(container, { not: container.pid });
    assert.is(nameNamespace(pid), first);
    await connection.stop({ timeoutMilliseconds: 0 });
  });

  suite("a command enters the user namespace first, or by its step", async () => {
    await using container = new Monitored();
    const { heldDescriptor, namespaces } = await makeNamespaces();
    await using connection = await container.start("sleep 1000", {
      heldDescriptor,
      plan: { namespaces },
    });
    closeSync(heldDescriptor);
    const types = ["user", "pid", "mount", "uts", "ipc"] as const;
    for (const steps of [[], [{ op: "enter-user-namespace" } as const]]) {
      const plan = container.enter(["sh", "-c", "id -u; cat /proc/self/uid_map"], {
        namespaces: types.map((type) => ({ type, of: "container" as const })),
        steps,
      });
      await using entering = await connectMonitor({ directory: container.directory });
      await using entered = await entering.exec(plan);
      entered.stderr.resume();
      assert.match(await text(entered.stdout), /^0\n +0 +0 +65536\n$/);
      assert.equal(await entered.exited, { kind: "exited", exitCode: 0 });

      const paths = types.map((type) => {
        return { type, path: `/proc/${container.pid}/ns/${type === "mount" ? "mnt" : type}` };
      });
      const { stdout } = await run({ ...plan, namespaces: paths });
      assert.match(stdout, /^0\n +0 +0 +65536$/);
    }
    await connection.stop({ timeoutMilliseconds: 0 });
  });

  suite("what is no descriptor is refused", async () => {
    await using container = new Monitored();
    for (const heldDescriptor of [-1, 2, 0.5, 2 ** 31]) {
      const error = await startMonitor(container.options("true", { heldDescriptor })).catch(
        (reason: { code?: string }) => reason,
      );
      assert.is((error as { code?: string }).code, "INVALID_MONITOR");
    }
  });
});

suite.run();
