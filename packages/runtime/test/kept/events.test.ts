import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { locateJournal, recordEvent } from "../../src/events/journal.ts";
import { watchEvents } from "../../src/events/watch-events.ts";
import { finishContainer } from "../../src/kept/finish-container.ts";
import { pauseContainer, unpauseContainer } from "../../src/kept/pause-container.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { renameContainer } from "../../src/kept/rename-container.ts";
import { killContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { pruneContainers } from "../../src/prune/prune-containers.ts";
import { pruneImages } from "../../src/prune/prune-images.ts";
import { createVolume } from "../../src/volumes/create-volume.ts";
import { removeVolume } from "../../src/volumes/remove-volume.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, directories, create, start, target } = describeKept("events and prune");

async function listEvents(id: string): Promise<string[]> {
  const actions: string[] = [];
  const events = watchEvents({ directories: directories(), since: "1h", until: new Date() });
  for await (const event of events) if (event.id === id) actions.push(event.action);
  return actions;
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
  for (let count = 0; count < 100; count++) recordEvent(root, event);
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
});

test.run();
