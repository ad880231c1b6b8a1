import * as assert from "uvu/assert";
import { attachContainer } from "../../src/kept/attach-container.ts";
import { execInContainer } from "../../src/kept/exec-in-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listContainers } from "../../src/kept/list-containers.ts";
import { pauseContainer, unpauseContainer } from "../../src/kept/pause-container.ts";
import { readContainerLog } from "../../src/kept/read-container-log.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { renameContainer } from "../../src/kept/rename-container.ts";
import { restartContainer } from "../../src/kept/restart-container.ts";
import { killContainer, stopContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { updateContainer } from "../../src/kept/update-container.ts";
import { describeKept } from "../kept/kept-sandbox.ts";

const { test, directories, create, target } = describeKept("pairs of commands");

/** What people may do to one container at the same moment. */
const commands: Record<string, (container: string) => Promise<unknown>> = {
  start: (id) => startKeptContainer(target(id)),
  stop: (id) => stopContainer({ ...target(id), timeout: 0 }),
  kill: (id) => killContainer(target(id)),
  restart: (id) => restartContainer({ ...target(id), timeout: 0 }),
  pause: (id) => pauseContainer(target(id)),
  unpause: (id) => unpauseContainer(target(id)),
  rename: (id) =>
    renameContainer({ ...target(id), name: `n${Math.random().toString(36).slice(2)}` }),
  update: (id) => updateContainer({ ...target(id), limits: { memory: 64 * 2 ** 20 } }),
  exec: async (id) => {
    await using entered = await execInContainer({
      ...target(id),
      command: ["true"],
      stdin: "null",
    });
    await entered.wait();
  },
  logs: async (id) => {
    for await (const entry of readContainerLog(target(id))) assert.is(entry.stream, "stdout");
  },
  inspect: async (id) => inspectContainer(target(id)),
  "follow logs": async (id) => {
    for await (const entry of readContainerLog({ ...target(id), follow: true }))
      assert.is(entry.stream, "stdout");
  },
  attach: async (id) => {
    await using attached = await attachContainer({ ...target(id), streams: ["stdout"] });
    attached.streams.stdout.resume();
    await attached.streams.ended;
  },
  wait: (id) => waitContainer(target(id)),
  remove: (id) => removeContainer(target(id)),
  "remove by force": (id) => removeContainer({ ...target(id), force: true }),
};

/** What may be answered: that it is in another state, or gone. */
const ANSWERS = new Set([
  "CONTAINER_NOT_FOUND",
  "CONTAINER_NOT_PAUSED",
  "CONTAINER_NOT_RUNNING",
  "CONTAINER_PAUSED",
  "CONTAINER_RUNNING",
]);

/** They go on until the container ends, or until it goes on. */
const PATIENT = new Set(["attach", "exec", "follow logs", "wait"]);

/** They change nothing, and so have nothing to quarrel about among themselves. */
const READING = new Set(["attach", "exec", "follow logs", "inspect", "logs", "wait"]);

/** What went wrong: nobody stops in the middle, lest the others work on what is removed. */
let problems: string[];
test.before.each(() => {
  problems = [];
});

async function attempt(name: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (!ANSWERS.has(code ?? "")) problems.push(`${name}: ${code}: ${message}`);
  }
}

for (const isRunning of [true, false]) {
  test(`every two at once on one that ${isRunning ? "runs" : "does not run"}: each ends, and what is left is true`, async () => {
    const names = Object.keys(commands);
    const pairs = names
      .flatMap((one, at) => names.slice(at).map((other) => [one, other] as const))
      .filter((pair) => !pair.every((name) => READING.has(name)));
    const work = async (): Promise<void> => {
      for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
        const [one, other] = pair;
        const { id } = await create("echo hello; exec sleep 1000");
        if (isRunning) await startKeptContainer(target(id));
        const title = `${one} with ${other}`;
        const started = pair.map((name) => ({
          name,
          ended: attempt(title, () => commands[name]?.(id) ?? Promise.reject(name)),
        }));
        const quick = started.filter(({ name }) => !PATIENT.has(name));
        await Promise.all(quick.map(({ ended }) => ended));
        await attempt(title, () => removeContainer({ ...target(id), force: true }));
        await Promise.all(started.map(({ ended }) => ended));
        const listed = listContainers({ all: true, directories: directories() });
        if (listed.some((container) => container.id === id)) problems.push(`${title}: it stays`);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    assert.equal(problems, []);
  });
}

test.run();
