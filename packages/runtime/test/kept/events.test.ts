import { readFileSync } from "node:fs";
import { CgroupManager } from "@dockher/cgroup";
import * as assert from "uvu/assert";
import { locateJournal, recordEvents } from "../../src/events/journal.ts";
import { watchEvents } from "../../src/events/watch-events.ts";
import { attachContainer } from "../../src/kept/attach-container.ts";
import { copyFromContainer, copyIntoContainer } from "../../src/kept/copy-files.ts";
import { execDetached } from "../../src/kept/exec-below-monitor.ts";
import { execInContainer } from "../../src/kept/exec-in-container.ts";
import { finishContainer } from "../../src/kept/finish-container.ts";
import { listProcesses } from "../../src/kept/list-processes.ts";
import { pauseContainer, unpauseContainer } from "../../src/kept/pause-container.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { renameContainer } from "../../src/kept/rename-container.ts";
import { restartContainer } from "../../src/kept/restart-container.ts";
import { killContainer, stopContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startAttached } from "../../src/kept/start-attached.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { pruneContainers } from "../../src/prune/prune-containers.ts";
import { pruneImages } from "../../src/prune/prune-images.ts";
import { createVolume } from "../../src/volumes/create-volume.ts";
import { removeVolume } from "../../src/volumes/remove-volume.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, directories, create, start, target, awaitOutput } = describeKept("events and prune");

/** Each with its exit code or its signal. */
async function listEvents(id: string): Promise<string[]> {
  const told: string[] = [];
  const events = watchEvents({ directories: directories(), since: "1h", until: new Date() });
  for await (const { id: of, action, attributes } of events) {
    if (of !== id) continue;
    const { exitCode, signal } = attributes;
    told.push([action, exitCode ?? signal].filter((word) => word !== undefined).join(" "));
  }
  return told;
}

/** Resolves with what was told, up to an event of this kind. */
async function listEventsUntil(id: string, last: string): Promise<string[]> {
  const since = { directories: directories(), since: "1h" };
  for await (const event of watchEvents(since)) {
    if (event.id === id && event.action === last) return await listEvents(id);
  }
  return [];
}

test("what happens to a container, each once and in its order", async () => {
  const id = await start("sleep 1000", { name: "first", labels: { tier: "db" } });
  const watched: string[] = [];
  const controller = new AbortController();
  const watching = (async () => {
    const events = watchEvents({
      directories: directories(),
      since: "1h",
      signal: controller.signal,
    });
    for await (const { action, attributes } of events) {
      watched.push(`${action} ${attributes["name"]} ${attributes["tier"]}`);
      if (action === "destroy") return;
    }
  })();
  await pauseContainer(target(id));
  await unpauseContainer(target(id));
  await renameContainer({ ...target(id), name: "second" });
  await killContainer(target(id));
  await waitContainer(target(id));
  // As its monitor's exit command does too.
  await finishContainer(target(id));
  await rejects(pauseContainer(target(id)), "CONTAINER_NOT_RUNNING");
  await removeContainer(target(id));
  await watching;
  controller.abort();
  assert.equal(watched, [
    "create first db",
    "start first db",
    "pause first db",
    "unpause first db",
    "rename second db",
    "kill second db",
    "die second db",
    "destroy second db",
  ]);
});

test("what its monitor does alone is told as well: each run, and its health", async () => {
  const restart = { name: "on-failure", maximumRetryCount: 2 } as const;
  const failing = await start("exit 7", { restart });
  assert.is(await waitContainer(target(failing)), 7);
  const runs = ["start", "die 7", "start", "die 7", "start", "die 7"];
  assert.equal(await listEvents(failing), ["create", ...runs]);
  const checked = await start("> /well; sleep 1000", {
    init: false,
    healthcheck: {
      command: ["sh", "-c", "test -e /well && mv /well /ill"],
      interval: 20,
      retries: 2,
    },
  });
  assert.equal(await listEventsUntil(checked, "health_status: unhealthy"), [
    "create",
    "start",
    "health_status: healthy",
    "health_status: unhealthy",
  ]);
});

test("memory that runs out is told of at once, where the kernel says so", async () => {
  if (CgroupManager.open().version === 1) {
    return console.log("SKIP memory that runs out: cgroup v1 tells nobody before the end");
  }
  const script = "head -c 200m /dev/zero | tail; exec sleep 1000";
  const id = await start(script, { limits: { memory: 16 * 2 ** 20 } });
  assert.equal(await listEventsUntil(id, "oom"), ["create", "start", "oom"]);
  await removeContainer({ ...target(id), force: true });
  const ended = ["create", "start", "oom", "kill 9", "die 137", "destroy"];
  assert.equal(await listEvents(id), ended);
});

test("signals come before the end, and the end before what it leads to", async () => {
  const script = "trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done";
  const stopped = await start(script, { init: false });
  await awaitOutput(stopped);
  await stopContainer(target(stopped));
  assert.equal(await listEvents(stopped), ["create", "start", "kill 15", "die 3", "stop"]);
  const removed = await start("sleep 1000");
  await removeContainer({ ...target(removed), force: true });
  assert.equal(await listEvents(removed), ["create", "start", "kill 9", "die 137", "destroy"]);
  const passing = await start("exit 4", { autoRemove: true });
  assert.equal(await listEventsUntil(passing, "destroy"), ["create", "start", "die 4", "destroy"]);
});

test("what commands do is told in Docker's words", async () => {
  const id = await start("sleep 1000");
  const command = ["sh", "-c", "exit 5"];
  await using entered = await execInContainer({ ...target(id), command });
  await entered.wait();
  await using killed = await execInContainer({ ...target(id), command: ["sleep", "1000"] });
  killed.kill("SIGKILL");
  await killed.wait();
  await rejects(execInContainer({ ...target(id), command: ["/nothing"] }), "COMMAND_NOT_FOUND");
  await using attached = await attachContainer(target(id));
  attached.detach();
  listProcesses(target(id));
  const archive = await copyFromContainer({ ...target(id), path: "/etc/hostname" });
  await copyIntoContainer({ ...target(id), path: "/tmp", archive });
  await restartContainer({ ...target(id), signal: "SIGKILL" });
  const words = ["sh -c exit 5", "sleep 1000", "/nothing "];
  const [first, second, third] = words.map((text) => [
    `exec_create: ${text}`,
    `exec_start: ${text}`,
  ]);
  assert.equal(await listEvents(id), [
    "create",
    "start",
    ...(first ?? []),
    "exec_die 5",
    ...(second ?? []),
    "exec_die 137",
    ...(third ?? []),
    "attach",
    "detach",
    "top",
    "archive-path",
    "extract-to-dir",
    "kill 9",
    "die 137",
    "stop",
    "start",
    "restart",
  ]);
});

test("a command in the background is told of to its end, under one id", async () => {
  const id = await start("sleep 1000");
  await execDetached({ ...target(id), command: ["true"] });
  const ids: (string | undefined)[] = [];
  const since = { directories: directories(), since: "1h" };
  for await (const { id: of, action, attributes } of watchEvents(since)) {
    if (of !== id || !action.startsWith("exec_")) continue;
    ids.push(attributes["execID"]);
    if (action === "exec_die") break;
  }
  assert.is(ids.length, 3);
  assert.match(ids[0] ?? "", /^[0-9a-f]{64}$/);
  assert.is(new Set(ids).size, 1);
});

test("who starts one to look at it is attached first", async () => {
  const { id } = await create("exit 0");
  await using attached = await startAttached(target(id));
  await attached.streams.ended;
  assert.equal(await listEvents(id), ["create", "attach", "start", "die 0"]);
});

test("a start that fails is none, and a volume has events too", async () => {
  const { id } = await create("true", { command: ["/nothing"] });
  await rejects(startKeptContainer(target(id)), "COMMAND_NOT_FOUND");
  assert.equal(await listEvents(id), ["create"]);
  await createVolume({ name: "shelf", directories: directories() });
  await removeVolume({ name: "shelf", directories: directories() });
  assert.equal(await listEvents("shelf"), ["create", "destroy"]);
});

test("the journal is bounded", () => {
  const { root } = directories();
  const event = {
    type: "volume",
    action: "create",
    id: "x".repeat(100_000),
    attributes: {},
  } as const;
  for (let count = 0; count < 100; count++) recordEvents(root, [event]);
  const sizes = ["", ".1"].map((end) => readFileSync(locateJournal(root) + end).length);
  assert.ok(
    sizes.every((size) => size < 5 * 2 ** 20),
    sizes.join(),
  );
});

test("bad times are refused, an abort ends it", async () => {
  await rejects(
    watchEvents({ since: "yesterday", directories: directories() }).next(),
    "INVALID_TIME",
  );
  await rejects(watchEvents({ until: "soon", directories: directories() }).next(), "INVALID_TIME");
  const signal = AbortSignal.abort(new Error("enough"));
  const error = await watchEvents({ directories: directories(), signal })
    .next()
    .catch((reason: Error) => reason);
  assert.is((error as Error).message, "enough");
});

test("prune takes what does not run and fits, and says how much it was", async () => {
  const running = await start("sleep 1000");
  const { id: labelled } = await create("true", { labels: { keep: "" } });
  const written = await start("head -c 5000 /dev/zero > /x");
  await waitContainer(target(written));
  const given = { directories: directories() };
  const since = new Date();
  const old = await pruneContainers({ ...given, createdBefore: new Date(0) });
  assert.equal(old, { removed: [], reclaimed: 0 });
  const labels = [{ name: "keep", absent: true }];
  const pruned = await pruneContainers({ ...given, labels });
  assert.equal(pruned, { removed: [written], reclaimed: 5000 });
  assert.equal((await pruneContainers(given)).removed, [labelled]);
  // One that a container has stays.
  assert.equal(await pruneImages({ ...given, all: true }), {
    untagged: [],
    deleted: [],
    reclaimed: 0,
  });
  await removeContainer({ ...target(running), force: true });
  assert.equal(await pruneImages(given), { untagged: [], deleted: [], reclaimed: 0 });
  assert.equal((await pruneImages({ ...given, all: true })).untagged, ["busybox:latest"]);
  const told: string[] = [];
  for await (const event of watchEvents({ ...given, since, until: new Date() })) {
    const { type, action, attributes } = event;
    if (action === "prune") told.push(`${type} ${attributes["reclaimed"]}`);
  }
  assert.equal(told.slice(0, 3), ["container 0", "container 5000", "container 0"]);
  assert.equal(told.slice(3, 5), ["image 0", "image 0"]);
  assert.match(told[5] ?? "", /^image [1-9]\d+$/);
});

test.run();
