import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { listContainers } from "../../src/kept/list-containers.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, directories, listLeftovers, create, start, target } = describeKept("damaged files");

/** What can be in a file's place; FIFOs and directories too. */
type Damage = (path: string, whole: string) => void;

const write =
  (text: string): Damage =>
  (path) =>
    writeFileSync(path, text);
const change =
  (from: RegExp, to: string): Damage =>
  (path, whole) => {
    assert.match(whole, from);
    writeFileSync(path, whole.replace(from, to));
  };
const replace =
  (make: (path: string) => void): Damage =>
  (path) => {
    rmSync(path);
    make(path);
  };

const anywhere: Record<string, Damage> = {
  empty: write(""),
  "no JSON": write("{"),
  "no object": write("null"),
  truncated: (path, whole) => writeFileSync(path, whole.slice(0, whole.length / 2)),
  "of a later version": change(/"version":1/, '"version":2'),
  "a directory": replace((path) => mkdirSync(path)),
  "a FIFO": replace((path) => execFileSync("mkfifo", [path])),
  "a link": replace((path) => symlinkSync("/etc/hostname", path)),
};

const damages: [file: string, code: string, Record<string, Damage>][] = [
  [
    "config.json",
    "CONFIG_INVALID",
    {
      ...anywhere,
      missing: (path) => rmSync(path),
      "with ports that are none": change(/"exposedPorts":\[\]/, '"exposedPorts":[5]'),
      "without labels": change(/"labels":\{\}/, '"labels":null'),
      "of no time": change(/"created":"[^"]*"/, '"created":"yesterday"'),
      "in no user namespace": change(/"userNamespace":"host"/, '"userNamespace":"other"'),
      "of another container": change(/"id":"./, '"id":"x'),
      "with words that are none": change(/"args":\["sh"/, '"args":[{}'),
    },
  ],
  [
    "state.json",
    "STATE_INVALID",
    { ...anywhere, "of no time": change(/"startedAt":"[^"]*"/, '"startedAt":"yesterday"') },
  ],
];

for (const [file, code, kinds] of damages) {
  test(`${file}: the container is told by name, hinders no other, and goes by force, though it runs`, async () => {
    const whole = await create("true");
    for (const [kind, damage] of Object.entries(kinds)) {
      const id = await start("exec sleep 1000");
      const { directory, status } = inspectContainer(target(id));
      const pid = status.state === "running" ? status.pid : 0;
      const path = join(directory, file);
      damage(path, readFileSync(path, "utf8"));

      const told: string[] = [];
      const listed = listContainers({
        all: true,
        directories: directories(),
        onDamaged: ({ message }) => told.push(message),
      });
      assert.equal(
        listed.map((container) => container.id),
        [whole.id],
        kind,
      );
      assert.match(told.join("\n"), path, kind);
      const inspect = async () => inspectContainer(target(id));
      await rejects(inspect(), code);
      await rejects(startKeptContainer(target(id)), code);
      await rejects(removeContainer(target(id)), code);
      await removeContainer({ ...target(id), force: true });
      assert.throws(() => process.kill(pid, 0), /ESRCH/, kind);
    }
    await removeContainer(target(whole.id));
    assert.equal(listLeftovers(), []);
  });
}

test("without state.json or lock it goes by force, though it runs", async () => {
  for (const file of ["state.json", "lock"]) {
    const id = await start("exec sleep 1000");
    const { directory, status } = inspectContainer(target(id));
    rmSync(join(directory, file));
    await removeContainer({ ...target(id), force: true });
    assert.throws(() => process.kill(status.state === "running" ? status.pid : 0, 0), /ESRCH/);
  }
  const id = await start("exec sleep 1000");
  rmSync(join(inspectContainer(target(id)).directory, "lock"));
  await rejects(removeContainer(target(id)), "LOCK_MISSING");
});

test("without its directory it goes by force", async () => {
  const { id } = await create("true");
  rmSync(inspectContainer(target(id)).directory, { recursive: true });
  await rejects(removeContainer(target(id)), "CONFIG_INVALID");
  await removeContainer({ ...target(id), force: true });
  assert.equal(listLeftovers(), []);
});

test("an owner that is no link hinders nobody else", async () => {
  const { id } = await create("true");
  const odd = join(directories().root, "containers", `${"0".repeat(64)}.owner`);
  writeFileSync(odd, "");
  const listed = listContainers({ all: true, directories: directories() });
  assert.equal(
    listed.map((container) => container.id),
    [id],
  );
  await (await create("true")).remove();
  rmSync(odd);
});

test.run();
