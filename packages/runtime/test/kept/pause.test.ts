import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { attachContainer } from "../../src/kept/attach-container.ts";
import { execInContainer } from "../../src/kept/exec-in-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listContainers } from "../../src/kept/list-containers.ts";
import { listProcesses } from "../../src/kept/list-processes.ts";
import { pauseContainer, unpauseContainer } from "../../src/kept/pause-container.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { killContainer, stopContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { pruneContainers } from "../../src/prune/prune-containers.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, directories, create, start, target, awaitOutput, stateOf } = describeKept("pause");

/** Of the container's processor time, in the kernel's ticks. */
function readTime(container: string): string | undefined {
  const { status } = inspectContainer(target(container));
  const pid = "pid" in status ? status.pid : 0;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ");
  return fields?.slice(11, 13).join(" ");
}

test("nothing runs until it is unpaused, and everybody is told", async () => {
  const id = await start("while :; do :; done", { init: false });
  await pauseContainer(target(id));
  const before = readTime(id);
  assert.is(stateOf(id), "paused");
  assert.equal(
    listContainers({ directories: directories() }).map(({ status }) => status.state),
    ["paused"],
  );
  const command = ["true"];
  await rejects(pauseContainer(target(id)), "CONTAINER_PAUSED");
  await rejects(execInContainer({ ...target(id), command }), "CONTAINER_PAUSED");
  await rejects(attachContainer(target(id)), "CONTAINER_PAUSED");
  await rejects(startKeptContainer(target(id)), "CONTAINER_PAUSED");
  await rejects(removeContainer(target(id)), "CONTAINER_RUNNING");
  assert.is(readTime(id), before);
  await unpauseContainer(target(id));
  assert.is(stateOf(id), "running");
  await rejects(unpauseContainer(target(id)), "CONTAINER_NOT_PAUSED");
  await using entered = await execInContainer({ ...target(id), command });
  assert.equal(await entered.wait(), { exitCode: 0 });
});

test("a signal ends one that is paused, and so does its removal", async () => {
  const script = 'trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done';
  const stopped = await start(script, { init: false });
  await awaitOutput(stopped);
  await pauseContainer(target(stopped));
  await stopContainer(target(stopped));
  assert.is(await waitContainer(target(stopped)), 7);
  const killed = await start(script);
  await pauseContainer(target(killed));
  await killContainer(target(killed));
  assert.is(await waitContainer(target(killed)), 137);
  const removed = await start(script);
  await pauseContainer(target(removed));
  await removeContainer({ ...target(removed), force: true });
  await rejects(unpauseContainer(target(removed)), "CONTAINER_NOT_FOUND");
});

/** Where a kill of its monitor leaves frozen processes behind, as before cgroup v2, they must not stay. */
for (const [title, act, after] of [
  ["a start", (id: string) => startKeptContainer(target(id)), "running"],
  ["its removal", (id: string) => removeContainer(target(id)), undefined],
  ["prune", () => pruneContainers({ directories: directories() }), undefined],
] as const) {
  test(`one whose monitor is killed while it is paused has ended, and ${title} leaves nothing of it`, async () => {
    const script = "sleep 1000 & echo ready; wait";
    const id = await start(script, { healthcheck: { command: ["true"], interval: 10 } });
    await awaitOutput(id);
    const processes = listProcesses(target(id)).map((pid) => ({ pid, began: readBegin(pid) }));
    assert.ok(processes.length > 1);
    await pauseContainer(target(id));
    const { directory } = inspectContainer(target(id));
    const { monitor } = JSON.parse(readFileSync(join(directory, "state.json"), "utf8"));
    process.kill(monitor.pid, "SIGKILL");
    while (stateOf(id) === "paused") await new Promise((resolve) => setImmediate(resolve));
    const { status } = inspectContainer(target(id));
    assert.equal([status.state, "exitCode" in status && status.exitCode], ["exited", 255]);
    const [listed] = listContainers({ all: true, directories: directories() });
    assert.is(listed?.status.state, "exited");
    await rejects(unpauseContainer(target(id)), "CONTAINER_NOT_PAUSED");
    await rejects(pauseContainer(target(id)), "CONTAINER_NOT_RUNNING");
    await act(id);
    // Whoever reaps them may take a while.
    while (processes.some(({ pid, began }) => began !== undefined && readBegin(pid) === began))
      await new Promise((resolve) => setImmediate(resolve));
    if (after === undefined) await rejects(stopContainer(target(id)), "CONTAINER_NOT_FOUND");
    else assert.is(stateOf(id), after);
  });
}

/** When a process that lives began, in the kernel's ticks; of one that has ended undefined or 0. */
function readBegin(pid: number): string | undefined {
  try {
    const [state, ...fields] =
      readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return state === "Z" ? "0" : fields[18];
  } catch {
    return undefined;
  }
}

test("one that does not run cannot be paused", async () => {
  const { id } = await create("true");
  await rejects(pauseContainer(target(id)), "CONTAINER_NOT_RUNNING");
  await rejects(unpauseContainer(target(id)), "CONTAINER_NOT_PAUSED");
});

test.run();
