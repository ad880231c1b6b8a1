import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { attachContainer } from "../../src/kept/attach-container.ts";
import { execInContainer } from "../../src/kept/exec-in-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listContainers } from "../../src/kept/list-containers.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { renameContainer } from "../../src/kept/rename-container.ts";
import { killContainer, stopContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { findImageUsers } from "../../src/state/find-image-users.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, directories, listLeftovers, create, start, target, readLog, awaitOutput, stateOf } =
  describeKept("kept containers");

test("one is created, started, waited for, started again with what it wrote, and removed", async () => {
  const { id, name } = await create("echo one >> /kept; wc -l < /kept; exit 3", {
    labels: { tier: "db" },
  });
  assert.match(name, /^[a-z]+_[a-z]+$/);
  assert.is(stateOf(name), "created");
  for (const lines of [1, 2]) {
    await startKeptContainer(target(id.slice(0, 8)));
    assert.is(await waitContainer(target(name)), 3);
    assert.match(await readLog(id), new RegExp(`${lines}\n$`));
  }
  const [listed] = listContainers({ all: true, directories: directories() });
  assert.is(listed?.status.state === "exited" && listed.status.exitCode, 3);
  assert.equal(listed?.labels, { tier: "db" });
  assert.equal(listContainers({ directories: directories() }), []);
  await removeContainer(target(name));
  await rejects(removeContainer(target(name)), "CONTAINER_NOT_FOUND");
});

test("one runs on when nobody is there, and can be entered, with its own rights", async () => {
  const id = await start("sleep 1000", { user: "1000:1000", env: { OWN: "yes" } });
  await using entered = await execInContainer({
    ...target(id),
    command: [
      "sh",
      "-c",
      "id -u; echo $OWN; grep -E 'Seccomp:|CapBnd' /proc/self/status; cat /proc/1/comm",
    ],
    stdin: "null",
    stdout: "pipe",
    stderr: "inherit",
  });
  let output = "";
  for await (const chunk of entered.stdout ?? []) output += String(chunk);
  assert.equal(await entered.wait(), { exitCode: 0 });
  assert.match(output, /^1000\nyes\nCapBnd:\t00000000a80425fb\nSeccomp:\t2\n/);
  await rejects(execInContainer({ ...target(id), command: ["/nothing"] }), "COMMAND_NOT_FOUND");
  const image = inspectContainer(target(id)).config.imageId ?? "";
  assert.equal(findImageUsers({ imageId: image, directories: directories() }), [id]);
});

test("stop asks, then kills; kill kills; what does not run is refused or left", async () => {
  const obey = 'trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done';
  const polite = await start(obey, { init: false });
  await awaitOutput(polite);
  await stopContainer(target(polite));
  assert.is(await waitContainer(target(polite)), 7);
  await stopContainer(target(polite));
  await rejects(killContainer(target(polite)), "CONTAINER_NOT_RUNNING");
  await rejects(execInContainer({ ...target(polite), command: ["id"] }), "CONTAINER_NOT_RUNNING");

  const ignore = 'trap "" TERM; echo ready; while :; do sleep 0.01; done';
  const deaf = await start(ignore, { stopTimeout: 50 });
  await awaitOutput(deaf);
  await rejects(removeContainer(target(deaf)), "CONTAINER_RUNNING");
  await stopContainer(target(deaf));
  assert.is(await waitContainer(target(deaf)), 137);

  const other = await start("sleep 1000");
  await killContainer({ ...target(other), signal: "SIGKILL" });
  assert.is(await waitContainer(target(other)), 137);
});

test("the kernel's verdict is kept, and limits hold", async () => {
  const id = await start("head -c 200m /dev/zero | tail", {
    limits: { memory: 16 * 2 ** 20, pids: 20 },
  });
  await waitContainer(target(id));
  const { status } = inspectContainer(target(id));
  assert.is(status.state === "exited" && status.oomKilled, true);
});

test("one that is to go at its end goes, with its volumes", async () => {
  const { id } = await create("true", {
    autoRemove: true,
    mounts: [{ type: "volume", target: "/data" }],
  });
  const { directory, config } = inspectContainer(target(id));
  const [volume] = config.mounts;
  await startKeptContainer(target(id));
  // Its monitor's exit command removes it: that nothing is left is the only event there is.
  while (listLeftovers().length > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.not.ok(existsSync(directory));
  assert.is(volume?.type === "volume" && existsSync(volume.directory), false);
});

test("names are unique, change, and are free again", async () => {
  const first = await create("true", { name: "first" });
  await rejects(create("true", { name: "first" }), "NAME_IN_USE");
  await renameContainer({ ...target("first"), name: "second" });
  const again = await create("true", { name: "first" });
  assert.is(inspectContainer(target("second")).config.id, first.id);
  assert.is(inspectContainer(target("first")).config.id, again.id);
  await rejects(renameContainer({ ...target("first"), name: "second" }), "NAME_IN_USE");
  await rejects(renameContainer({ ...target("first"), name: "../x" }), "INVALID_NAME");
  await rejects(startKeptContainer(target("none")), "CONTAINER_NOT_FOUND");
  await rejects(startKeptContainer(target("../names/first")), "CONTAINER_NOT_FOUND");
});

test("a killed monitor takes its container along, and the next look tells the truth", async () => {
  const id = await start("sleep 1000");
  const { directory } = inspectContainer(target(id));
  const { monitor } = JSON.parse(readFileSync(join(directory, "state.json"), "utf8"));
  process.kill(monitor.pid, "SIGKILL");
  while (stateOf(id) === "running") await new Promise((resolve) => setImmediate(resolve));
  const { status } = inspectContainer(target(id));
  assert.is(status.state === "exited" && status.exitCode, 255);
  await startKeptContainer(target(id));
  assert.is(stateOf(id), "running");
});

test("damaged files are told by name, and keep nobody from the others", async () => {
  const good = await create("true");
  const bad = await create("true");
  const file = join(inspectContainer(target(bad.id)).directory, "config.json");
  const whole = readFileSync(file, "utf8");
  for (const [text, reason] of [
    ["", "it is empty"],
    [whole.slice(0, 40), "JSON"],
    [whole.replace('"version":1', '"version":2'), "version: expected 1, got 2"],
    [whole.replace(/"args":\[[^\]]*\]/, '"args":{}'), "args: expected array, got object"],
  ] as const) {
    writeFileSync(file, text);
    const damages: string[] = [];
    const listed = listContainers({
      all: true,
      directories: directories(),
      onDamaged: ({ message }) => damages.push(message),
    });
    assert.equal(
      listed.map(({ id }) => id),
      [good.id],
    );
    assert.match(damages.join(), reason);
    await rejects(startKeptContainer(target(bad.id)), "CONFIG_INVALID");
  }
  await rejects(removeContainer(target(bad.id)), "CONFIG_INVALID");
  await removeContainer({ ...target(bad.id), force: true });
});

test("one that cannot start says why, and stays as it was", async () => {
  const { id } = await create("true", { command: ["/nothing"] });
  await rejects(startKeptContainer(target(id)), "COMMAND_NOT_FOUND");
  assert.is(stateOf(id), "created");
  const image = { source: { image: "none" as const, pull: "never" as const } };
  await rejects(create("true", image), "IMAGE_NOT_FOUND");
});

test("one can be attached to, fed, and left alone", async () => {
  const id = await start("cat; echo bye", { openStdin: true });
  await using attached = await attachContainer({
    ...target(id),
    streams: ["stdin", "stdout", "stderr"],
  });
  const { streams } = attached;
  let output = "";
  const read = (async () => {
    for await (const chunk of streams.stdout) output += String(chunk);
  })();
  streams.stderr.resume();
  streams.stdin.end("fed\n");
  await streams.ended;
  await read;
  assert.is(output, "fed\nbye\n");
  await rejects(attachContainer(target(id)), "CONTAINER_NOT_RUNNING");

  const other = await start("sleep 1000");
  await (await attachContainer(target(other)))[Symbol.asyncDispose]();
  assert.is(stateOf(other), "running");
});

test("it restarts as it was told to, until it is stopped", async () => {
  const id = await start("echo run; sleep 0.02; exit 1", {
    restart: { name: "on-failure", maximumRetryCount: 2 },
  });
  assert.is(await waitContainer(target(id)), 1);
  assert.is(await readLog(id), "run\nrun\nrun\n");
  const { status } = inspectContainer(target(id));
  assert.is(status.state === "exited" && status.restartCount, 2);
});

test("what waits for its next start takes no signal, and is removed by force", async () => {
  const id = await start("exit 1", { restart: { name: "always" } });
  // Longer each time: the last wait is long enough for what follows.
  await until(() => {
    const { status } = inspectContainer(target(id));
    return status.state === "restarting" && status.restartCount >= 4;
  });
  await rejects(killContainer(target(id)), "CONTAINER_NOT_RUNNING");
  await removeContainer({ ...target(id), force: true });
  await rejects(removeContainer(target(id)), "CONTAINER_NOT_FOUND");
});

/** A monitor's restarts give no event. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test.run();
