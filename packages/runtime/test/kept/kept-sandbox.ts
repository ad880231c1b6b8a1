import { join } from "node:path";
import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import { createContainer } from "../../src/kept/create-container.ts";
import type { ContainerTarget } from "../../src/kept/find-container.ts";
import type { CreatedContainer } from "../../src/kept/handles.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listContainers } from "../../src/kept/list-containers.ts";
import type { CreateOptions } from "../../src/kept/options.ts";
import { readContainerLog } from "../../src/kept/read-container-log.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import type { Directories } from "../../src/options.ts";
import { findObstacle, makeSandbox, type Sandbox } from "../sandbox.ts";

/** The program that tidies up, from the sources. */
const finishCommand = [
  process.execPath,
  "--import",
  import.meta.resolve("tsx"),
  join(import.meta.dirname, "../../src/kept/finish-main.ts"),
];

export interface KeptSuite {
  test: Test;
  directories: () => Directories;
  /** What of containers is there: records, directories, mounts. */
  listLeftovers: () => string[];
  create: (script: string, options?: Partial<CreateOptions>) => Promise<CreatedContainer>;
  /** Creates and starts one; its id. */
  start: (script: string, options?: Partial<CreateOptions>) => Promise<string>;
  target: (container: string) => Required<ContainerTarget>;
  /** All that it writes until it has ended. */
  readLog: (container: string) => Promise<string>;
  /** Until it has written something: before a PID 1 has its traps, the kernel keeps signals from it. */
  awaitOutput: (container: string) => Promise<void>;
  stateOf: (container: string) => string;
}

/** A suite with a data directory of its own; after each test every container is removed, and nothing may be left. */
export function describeKept(
  name: string,
  { obstacle = findObstacle() }: { obstacle?: string | undefined } = {},
): KeptSuite {
  const real = suite(name);
  if (obstacle !== undefined) console.log(`SKIP ${name}: ${obstacle}`);
  const test = obstacle === undefined ? real : (Object.assign(() => {}, real) as typeof real);
  let sandbox: Sandbox;
  const directories = (): Directories => sandbox.directories;
  const target = (container: string) => ({ container, directories: directories() });
  const create = (script: string, options: Partial<CreateOptions> = {}) =>
    createContainer({
      source: { image: "busybox" },
      command: ["sh", "-c", script],
      finishCommand,
      directories: directories(),
      ...options,
    });
  const removeAll = async (): Promise<void> => {
    for (const { id } of listContainers({ all: true, directories: directories() })) {
      await removeContainer({ ...target(id), force: true, volumes: true });
    }
    assert.equal(sandbox.listLeftovers(), []);
  };
  if (obstacle === undefined) {
    real.before(async () => {
      sandbox = await makeSandbox();
    });
    real.after(() => sandbox.remove());
    real.after.each(async () => {
      try {
        await removeAll();
      } catch (error) {
        console.error(error); // uvu counts what a hook has prevented, but does not say why.
        throw error;
      }
    });
  }
  return {
    test,
    directories,
    listLeftovers: () => sandbox.listLeftovers(),
    target,
    create,
    start: async (script, options) => {
      const { id } = await create(script, options);
      await startKeptContainer(target(id));
      return id;
    },
    readLog: async (container) => {
      let text = "";
      for await (const entry of readContainerLog({ ...target(container), follow: true }))
        text += entry.text;
      return text;
    },
    awaitOutput: async (container) => {
      for await (const _ of readContainerLog({ ...target(container), follow: true })) return;
    },
    stateOf: (container) => inspectContainer(target(container)).status.state,
  };
}

export async function rejects(promise: Promise<unknown>, code: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason as { code?: string },
  );
  assert.is(error?.code, code);
}
