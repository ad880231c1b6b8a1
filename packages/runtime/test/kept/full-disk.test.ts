import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectMonitor } from "@dockher/ns";
import * as assert from "uvu/assert";
import { execInContainer } from "../../src/kept/exec-in-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listContainers } from "../../src/kept/list-containers.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { renameContainer } from "../../src/kept/rename-container.ts";
import { stopContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { updateContainer } from "../../src/kept/update-container.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, directories, listLeftovers, create, start, target, readLog } = describeKept(
  "full and read-only disks",
);

/** What is mounted over the containers' directory for the length of a block. */
function mountOver(...commands: string[][]): { path: string } & Disposable {
  const path = join(directories().root, "containers");
  mkdirSync(path, { recursive: true });
  for (const [command = "", ...args] of commands) execFileSync(command, [...args, path]);
  return { path, [Symbol.dispose]: () => execFileSync("umount", ["--lazy", path]) };
}

/** Until nothing more goes in. */
function fill(path: string): void {
  for (const size of [2 ** 16, 2 ** 12, 1]) {
    try {
      for (;;) writeFileSync(join(path, "filler"), Buffer.alloc(size), { flag: "a" });
    } catch (error) {
      assert.is((error as NodeJS.ErrnoException).code, "ENOSPC");
    }
  }
}

test("a container goes on where the disk is full: its end is known, and what its log lacks", async () => {
  using disk = mountOver(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs"]);
  const id = await start("yes | head -c 8m; while [ ! -e /end ]; do sleep 0.01; done; exit 7");
  await using monitor = await connectMonitor(inspectContainer(target(id)));
  while ((await monitor.status()).log.lostEntries === 0);
  fill(disk.path);
  await rejects(create("true"), "CREATE_FAILED");
  assert.equal(
    listContainers({ all: true, directories: directories() }).map((container) => container.id),
    [id],
  );
  const ended = waitContainer(target(id));
  // The container's own files are on the same disk: a name alone takes no block.
  await using entered = await execInContainer({
    ...target(id),
    command: ["ln", "-s", "/", "/end"],
    stdin: "null",
  });
  assert.equal(await entered.wait(), { exitCode: 0 });
  assert.is(await ended, 7);
  const { status } = inspectContainer(target(id));
  if (status.state !== "exited") throw new Error(status.state);
  assert.is(status.exitCode, 7);
  const lines = (await readLog(id)).split("\n").length - 1;
  assert.is(lines + status.lostLogEntries, (8 * 2 ** 20) / 2);
  await removeContainer(target(id));
  assert.equal(
    listLeftovers().filter((entry) => entry !== "filler" && !entry.includes(" tmpfs ")),
    [],
  );
});

test("what a read-only data directory cannot keep is refused, and the rest goes on", async () => {
  const id = await start("echo hello; exec sleep 1000");
  const { id: idle } = await create("true", { name: "idle" });
  {
    using _ = mountOver(["sh", "-c", 'mount --bind "$0" "$0"'], ["mount", "-o", "remount,bind,ro"]);
    await rejects(create("true"), "CREATE_FAILED");
    await rejects(startKeptContainer(target(idle)), "CREATE_FAILED");
    await rejects(renameContainer({ ...target(idle), name: "other" }), "CHANGE_FAILED");
    await rejects(
      updateContainer({ ...target(id), limits: { memory: 64 * 2 ** 20 } }),
      "CHANGE_FAILED",
    );
    await rejects(removeContainer({ ...target(idle), force: true }), "CHANGE_FAILED");
    await using entered = await execInContainer({
      ...target(id),
      command: ["true"],
      stdin: "null",
    });
    assert.equal(await entered.wait(), { exitCode: 0 });
    const states = listContainers({ all: true, directories: directories() }).map(
      ({ name, status }) => (name === "idle" ? status.state : `it is ${status.state}`),
    );
    assert.equal(states, ["created", "it is running"]);
    const end = await stopContainer({ ...target(id), signal: "SIGKILL", timeout: 0 });
    assert.is(end?.exitCode, 137);
    assert.is(await readLog(id), "hello\n");
  }
  await startKeptContainer(target("idle"));
  assert.is(await waitContainer(target(idle)), 0);
});

test.run();
