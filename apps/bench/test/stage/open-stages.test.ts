import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ContenderName, Entry, Workbench } from "../../src/contender.ts";
import type { Stage } from "../../src/stage/open-stage.ts";
import { openStages } from "../../src/stage/open-stages.ts";

const test = suite("openStages");
const { signal } = new AbortController();
const bench: Workbench = {
  directory: "/nowhere",
  rootfs: "/nowhere/rootfs",
  filter: "/nowhere/filter",
  programs: { floor: "", measure: "", execFloor: "" },
};

function createEntry(name: ContenderName, origin: Entry["origin"]): Entry {
  return {
    name,
    origin,
    title: name,
    section: "starts",
    open: () => Promise.reject(new Error("opened in this process")),
  };
}

/** Opens stages that only say what happens to them; those in `broken` fail. */
function createOpener(broken: readonly ContenderName[], onOpen: () => void = () => {}) {
  const events: string[] = [];
  const open = async (name: ContenderName): Promise<Stage> => {
    if (broken.includes(name)) throw new Error("not here");
    events.push(`open ${name}`);
    onOpen();
    return {
      measureStart: async () => ({ wallMs: 1, cpuMs: 1 }),
      measureRate: async () => 1,
      async [Symbol.asyncDispose]() {
        events.push(`close ${name}`);
      },
    };
  };
  return { events, open };
}

test("leaves out a peer that does not run, with its reason", async () => {
  const { events, open } = createOpener(["docker"]);
  const entries = [createEntry("floor", "ours"), createEntry("docker", "peer")];
  const opened = await openStages(entries, bench, { signal, open });
  assert.equal([...opened.ready.keys()], ["floor"]);
  assert.equal(opened.skipped, [{ name: "docker", reason: "not here" }]);
  await opened[Symbol.asyncDispose]();
  assert.equal(events, ["open floor", "close floor"]);
});

test("fails where one of ours does, and closes the others", async () => {
  const { events, open } = createOpener(["library"]);
  const entries = [createEntry("bwrap", "peer"), createEntry("library", "ours")];
  try {
    await openStages(entries, bench, { signal, open });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "not here");
  }
  assert.equal(events, ["open bwrap", "close bwrap"]);
});

test("opens nothing more once it is aborted", async () => {
  const controller = new AbortController();
  const { events, open } = createOpener([], () => controller.abort());
  const entries = [createEntry("bwrap", "peer"), createEntry("crun", "peer")];
  try {
    await openStages(entries, bench, { signal: controller.signal, open });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).name, "AbortError");
  }
  assert.equal(events, ["open bwrap", "close bwrap"]);
});

test.run();
