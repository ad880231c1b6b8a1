import * as assert from "uvu/assert";
import { execDetached } from "../../src/kept/exec-below-monitor.ts";
import { resolveHealthcheck } from "../../src/kept/healthcheck.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listProcesses } from "../../src/kept/list-processes.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, create, start, target } = describeKept("health and commands in the background");

const readHealth = (container: string) => {
  const { status } = inspectContainer(target(container));
  return "health" in status ? status.health : undefined;
};

/** Its monitor gives no event. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("it is unhealthy until its command says otherwise, as the container's user", async () => {
  const id = await start("sleep 1000", {
    user: "1000",
    healthcheck: {
      command: ["sh", "-c", 'echo "I am $(id -u)"; test -e /tmp/well'],
      interval: 20,
      retries: 1,
    },
  });
  await until(() => readHealth(id)?.status === "unhealthy");
  assert.is(readHealth(id)?.log.at(-1)?.output, "I am 1000\n");
  await execDetached({
    ...target(id),
    command: ["sh", "-c", "mkdir -p /tmp; > /tmp/well"],
    user: "0",
  });
  await until(() => readHealth(id)?.status === "healthy");
});

test("the image's check, what the caller changes of it, and none", () => {
  const image = { Test: ["CMD-SHELL", "true"], Interval: 5e9, Retries: 0 };
  const command = ["/bin/sh", "-c", "true"];
  const defaults = {
    ...{ interval: 30_000, timeout: 30_000, startPeriod: 0 },
    ...{ startInterval: 5_000, retries: 3 },
  };
  assert.equal(resolveHealthcheck(undefined, image), { ...defaults, command, interval: 5000 });
  assert.equal(resolveHealthcheck({ retries: 9 }, image)?.retries, 9);
  assert.is(resolveHealthcheck("none", image), undefined);
  assert.is(resolveHealthcheck(undefined, { Test: ["NONE"] }), undefined);
  assert.is(resolveHealthcheck(undefined, undefined), undefined);
  for (const bad of [
    { interval: 0 },
    { timeout: 1.5 },
    { startPeriod: -1 },
    { startInterval: 0 },
    { retries: 0 },
  ]) {
    assert.throws(() => resolveHealthcheck(bad, image), /health/);
  }
  assert.throws(() => resolveHealthcheck({ retries: 2 }, undefined), /no command/);
});

test("a command in the background goes on below the monitor", async () => {
  const id = await start("sleep 1000");
  const pid = await execDetached({ ...target(id), command: ["sleep", "1000"] });
  assert.ok(listProcesses(target(id)).includes(pid));
  await rejects(execDetached({ ...target(id), command: ["/nothing"] }), "COMMAND_NOT_FOUND");
  const { id: other } = await create("true");
  await rejects(execDetached({ ...target(other), command: ["true"] }), "CONTAINER_NOT_RUNNING");
});

test.run();
