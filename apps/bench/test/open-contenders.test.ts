import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Entry, Workbench } from "../src/contender.ts";
import { openContenders } from "../src/open-contenders.ts";

const test = suite("openContenders");
const { signal } = new AbortController();
const bench: Workbench = {
  directory: "/nowhere",
  rootfs: "/nowhere/rootfs",
  programs: { floor: "", measure: "", true: "" },
  async [Symbol.asyncDispose]() {},
};

function createEntry(entry: Pick<Entry, "name" | "origin">, open: () => void | Promise<void>) {
  const events: string[] = [];
  const full: Entry = {
    ...entry,
    title: entry.name,
    section: "starts",
    async open() {
      await open();
      events.push("opened");
      return {
        start: async () => undefined,
        async [Symbol.asyncDispose]() {
          events.push("closed");
        },
      };
    },
  };
  return { events, full };
}

function fail(): never {
  throw new Error("not here");
}

test("leaves out a peer that does not run, with its reason", async () => {
  const floor = createEntry({ name: "floor", origin: "ours" }, () => {});
  const docker = createEntry({ name: "docker", origin: "peer" }, fail);
  const opened = await openContenders([floor.full, docker.full], bench, signal);
  assert.equal([...opened.ready.keys()], ["floor"]);
  assert.equal(opened.skipped, [{ name: "docker", reason: "not here" }]);
  await opened[Symbol.asyncDispose]();
  assert.equal(floor.events, ["opened", "closed"]);
});

test("fails where one of ours does, and closes the others", async () => {
  const bwrap = createEntry({ name: "bwrap", origin: "peer" }, () => {});
  const library = createEntry({ name: "library", origin: "ours" }, fail);
  try {
    await openContenders([bwrap.full, library.full], bench, signal);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "not here");
  }
  assert.equal(bwrap.events, ["opened", "closed"]);
});

test("opens nothing more once it is aborted", async () => {
  const controller = new AbortController();
  const bwrap = createEntry({ name: "bwrap", origin: "peer" }, () => controller.abort());
  const crun = createEntry({ name: "crun", origin: "peer" }, () => {});
  try {
    await openContenders([bwrap.full, crun.full], bench, controller.signal);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).name, "AbortError");
  }
  assert.equal(bwrap.events, ["opened", "closed"]);
  assert.equal(crun.events, []);
});

test.run();
