import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import * as assert from "uvu/assert";
import { copyFromContainer, copyIntoContainer } from "../../src/kept/copy-files.ts";
import { diffContainer } from "../../src/kept/diff-container.ts";
import { execDetached } from "../../src/kept/exec-below-monitor.ts";
import { type ExecOptions, execInContainer } from "../../src/kept/exec-in-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { killContainer, stopContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { findIdmapObstacle } from "../sandbox.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, directories, listLeftovers, create, start, target, readLog, awaitOutput, stateOf } =
  describeKept("kept containers with ids of their own", { obstacle: await findIdmapObstacle() });

const userns = "auto";
const LOCKS = "/run/dockher/ids";

/** The first id of the host's that a container has. */
function readRange(container: string): string {
  const { status } = inspectContainer(target(container));
  const pid = "pid" in status ? status.pid : 0;
  const [, first = ""] =
    /^ +0 +(\d+) +65536\n$/.exec(readFileSync(`/proc/${pid}/uid_map`, "utf8")) ?? [];
  return first;
}

/** What a command prints that enters. */
async function enter(container: string, options: Partial<ExecOptions>): Promise<string> {
  await using entered = await execInContainer({
    ...target(container),
    command: ["true"],
    stdin: "null",
    stdout: "pipe",
    stderr: "inherit",
    ...options,
  });
  const printed = entered.stdout === undefined ? "" : await text(entered.stdout);
  assert.equal(await entered.wait(), { exitCode: 0 });
  return printed;
}

/** A monitor's exit command gives no event. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("each has its own, held by its monitor and on record, until it ends for good", async () => {
  const ids = [await start("sleep 1000", { userns }), await start("sleep 1000", { userns })];
  const ranges = ids.map(readRange);
  assert.is.not(ranges[0], ranges[1]);
  for (const [index, id] of ids.entries()) {
    assert.ok(listLeftovers().includes(`${id}.ids`));
    assert.ok(existsSync(join(LOCKS, ranges[index] ?? "")));
    await stopContainer({ ...target(id), timeout: 0 });
  }
  await until(() => ranges.every((range) => !existsSync(join(LOCKS, range))));
});

test("a start that cannot put them on record holds none", async () => {
  const containers = join(directories().root, "containers");
  mkdirSync(containers, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "nr_inodes=100", "tmpfs", containers]);
  try {
    const { id } = await create("true", { userns });
    assert.throws(() => {
      for (let file = 0; ; file++) writeFileSync(join(containers, `filler-${file}`), "");
    }, /ENOSPC/);
    await rejects(startKeptContainer(target(id)), "CREATE_FAILED");
  } finally {
    execFileSync("umount", ["--lazy", containers]);
  }
  const opened = readdirSync("/proc/self/fd").map((fd) => {
    return existsSync(`/proc/self/fd/${fd}`) ? readlinkSync(`/proc/self/fd/${fd}`) : "";
  });
  assert.equal(
    opened.filter((path) => path.startsWith(LOCKS)),
    [],
  );
});

test("files stay, whichever ids it has next", async () => {
  const id = await start("echo kept > /kept; chown 7:8 /kept; sleep 1000", { userns });
  const file = join(inspectContainer(target(id)).directory, "upper/kept");
  await until(() => statSync(file, { throwIfNoEntry: false })?.uid === 7);
  await stopContainer({ ...target(id), timeout: 0 });
  assert.is(statSync(file).gid, 8);
  await startKeptContainer(target(id));
  const command = ["sh", "-c", "cat /kept; stat -c %u:%g /kept"];
  assert.is(await enter(id, { command }), "kept\n7:8\n");
});

test("the restart policy gives it the same again, and its monitor's death all of them back", async () => {
  const id = await start("sleep 1000", { userns, restart: { name: "always" } });
  const range = readRange(id);
  const { status } = inspectContainer(target(id));
  process.kill("pid" in status ? status.pid : 0, "SIGKILL");
  await until(() => {
    const { status: now } = inspectContainer(target(id));
    return now.state === "running" && now.restartCount === 1;
  });
  assert.is(readRange(id), range);
  assert.match(await enter(id, { command: ["cat", "/proc/self/uid_map"] }), range);

  const { directory } = inspectContainer(target(id));
  const { monitor } = JSON.parse(readFileSync(join(directory, "state.json"), "utf8"));
  process.kill(monitor.pid, "SIGKILL");
  await until(() => stateOf(id) === "exited");
  await startKeptContainer(target(id));
  assert.not.ok(existsSync(join(LOCKS, range)) && readRange(id) !== range);
});

test("who enters is the container's root, not the host's", async () => {
  const id = await start("sleep 1000", { userns });
  const range = readRange(id);
  const command = [
    "sh",
    "-c",
    "id -u; cat /proc/self/uid_map; grep -E 'CapEff|Seccomp:' /proc/self/status",
  ];
  const rights = (capabilities: string, filter: number) =>
    new RegExp(`^0\n +0 +${range} +65536\nCapEff:\t${capabilities}\nSeccomp:\t${filter}\n$`);
  assert.match(await enter(id, { command }), rights("00000000a80425fb", 2));
  assert.match(await enter(id, { command, privileged: true }), rights("[0-9a-f]+", 0));
  const mount = ["sh", "-c", "mount -t tmpfs x /mnt 2>&1 || true"];
  assert.match(await enter(id, { command: mount, privileged: true }), /denied|not permitted/);

  await execDetached({ ...target(id), command: ["sh", "-c", "cat /proc/self/uid_map > /map"] });
  const map = join(inspectContainer(target(id)).directory, "upper/map");
  await until(() => (statSync(map, { throwIfNoEntry: false })?.size ?? 0) > 0);
  assert.match(await enter(id, { command: ["cat", "/map"] }), range);
});

test("a user of the image's owns its streams and its terminal; one without ids is refused", async () => {
  const id = await start("sleep 1000", { userns });
  const user = "1000:1000";
  const script = "echo out > /dev/stdout; id -u";
  assert.is(await enter(id, { user, command: ["sh", "-c", script] }), "out\n1000\n");
  await using entered = await execInContainer({
    ...target(id),
    user,
    command: ["sh", "-c", "echo in > /dev/tty && [ $(stat -c %u $(tty)) = 1000 ] && exit 7"],
    terminal: { rows: 24, columns: 80 },
  });
  assert.equal(await entered.wait(), { exitCode: 7 });
  await rejects(
    execInContainer({ ...target(id), command: ["id"], user: "70000" }),
    "USER_NOT_MAPPED",
  );
  await rejects(create("true", { userns, user: "70000" }), "USER_NOT_MAPPED");
  await rejects(create("true", { userns, privileged: true }), "INVALID_USERNS");
});

test("health is checked in it, and volumes have the ids that it sees", async () => {
  const id = await start("sleep 1000", {
    userns,
    mounts: [{ type: "volume", source: "data", target: "/data" }],
    healthcheck: { command: ["sh", "-c", "cat /proc/self/uid_map; > /data/mine"], interval: 20 },
  });
  const healthOf = () => {
    const { status } = inspectContainer(target(id));
    return "health" in status ? status.health : undefined;
  };
  await until(() => healthOf()?.status === "healthy");
  assert.match(healthOf()?.log.at(-1)?.output ?? "", readRange(id));
  assert.is(statSync(join(directories().root, "volumes/data/_data/mine")).uid, 0);
});

test("it is limited, signalled, and its end known", async () => {
  const glutton = await start("head -c 200m /dev/zero | tail", {
    userns,
    limits: { memory: 16 * 2 ** 20 },
  });
  await waitContainer(target(glutton));
  const { status } = inspectContainer(target(glutton));
  assert.is(status.state === "exited" && status.oomKilled, true);
  const id = await start(
    'trap "echo asked; exit 7" USR1; echo ready; while :; do sleep 0.01; done',
    { userns, init: false },
  );
  await awaitOutput(id);
  await killContainer({ ...target(id), signal: "SIGUSR1" });
  assert.is(await waitContainer(target(id)), 7);
  assert.is(await readLog(id), "ready\nasked\n");
});

test("its files have the ids that it sees, copied while it runs or not; none come in while it runs", async () => {
  const id = await start("echo text > /f; chown 7:8 /f; sleep 1000", { userns });
  const readOwner = async (): Promise<string> => {
    const header = (await buffer(await copyFromContainer({ ...target(id), path: "/f" }))).subarray(
      0,
      512,
    );
    return `${Number.parseInt(header.toString("latin1", 108, 115), 8)}:${Number.parseInt(header.toString("latin1", 116, 123), 8)}`;
  };
  const file = join(inspectContainer(target(id)).directory, "upper/f");
  await until(() => statSync(file, { throwIfNoEntry: false })?.uid === 7);
  assert.is(await readOwner(), "7:8");
  assert.ok((await diffContainer(target(id))).some(({ path }) => path === "/f"));
  const copy = async () => {
    // Whole: who reads has the files of a container that does not run for itself.
    const archive = await buffer(await copyFromContainer({ ...target(id), path: "/f" }));
    await copyIntoContainer({
      ...target(id),
      path: "/bin",
      archive: Readable.from([archive]),
      owner: "archive",
    });
  };
  await rejects(copy(), "CONTAINER_RUNNING");
  await stopContainer({ ...target(id), timeout: 0 });
  assert.is(await readOwner(), "7:8");
  await copy();
  const { uid, gid } = statSync(join(inspectContainer(target(id)).directory, "upper/bin/f"));
  assert.equal([uid, gid], [7, 8]);
});

test("one that cannot be started holds no ids", async () => {
  const { id } = await create("", { userns, command: ["/nothing"] });
  await rejects(startKeptContainer(target(id)), "COMMAND_NOT_FOUND");
  assert.not.ok(listLeftovers().includes(`${id}.ids`));
});

test.run();
