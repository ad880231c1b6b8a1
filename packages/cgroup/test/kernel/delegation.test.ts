import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CgroupLocation } from "../../src/index.js";
import { create, realTest, report } from "./kernel.js";

const test = suite("kernel: delegation");
const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
const builtScope = fileURLToPath(new URL("../../dist/delegation/enter-scope.js", import.meta.url));
const BESIDE = fileURLToPath(new URL("beside-user-systemd.sh", import.meta.url));
const NOBODY = 65534;

/** Spawns what runs out of memory, and says how that ended. */
const SPAWN = `
  const limits = { memory: 2 ** 24, pids: 20 };
  const { verdict } = await spawnInCgroup("tail", ["/dev/zero"], { limits });
  const { oomKilled, signal } = await verdict;
  console.log(String(oomKilled), signal);
`;
const DESCRIBE =
  "const { enter, controllers } = describeCgroups(); console.log(enter, controllers.join(' '));";
const ENTER = "console.log(await enterDelegatedCgroup());";
const NAMESPACES = "--mount --propagation private --pid --fork --kill-child --mount-proc".split(
  " ",
);
const FILES = ["", "/cgroup.procs", "/cgroup.subtree_control"];

/** Runs a program as a user without rights, in a cgroup. */
function runAsNobody(directory: string, body: string): string {
  return runAsNobodyHere(body, `echo 0 > ${directory}/cgroup.procs`);
}

function runAsNobodyHere(body: string, before = ":"): string {
  const drop = `setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups`;
  const script = `${before}; exec ${drop} "$0" --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync("sh", ["-ec", script, process.execPath, write(body)], {
    encoding: "utf8",
  });
  return stdout.trim() || stderr;
}

/** A program of these words, in which an error is a line. */
function write(body: string): string {
  return `
    const { spawnInCgroup, enterDelegatedCgroup, describeCgroups } = await import(${JSON.stringify(built)});
    try { ${body} } catch (error) { console.log(error.code, error.hint); }`;
}

function delegate(directory: string): void {
  for (const file of FILES) chownSync(directory + file, NOBODY, NOBODY);
}

const unlessV2 = report.version === 2 ? undefined : "needs cgroup v2";

realTest(
  test,
  "a user without rights has limits where the sub-tree is delegated, and is refused elsewhere",
  async () => {
    await using outer = await create();
    const { directory } = outer.location as CgroupLocation & { version: 2 };
    const leaf = `${directory}/leaf`;
    mkdirSync(leaf);
    assert.match(runAsNobody(leaf, SPAWN), /^CGROUP_NOT_DELEGATED (start the program|sudo sh -c)/);
    delegate(directory);
    assert.is(runAsNobody(leaf, ENTER + SPAWN), "nothing\ntrue SIGKILL");
    assert.not(readdirSync(directory).includes("dockher"));
  },
  unlessV2,
);

realTest(
  test,
  "in a cgroup that was delegated with its processes, they move to a leaf first",
  async () => {
    await using outer = await create();
    const { directory } = outer.location as CgroupLocation & { version: 2 };
    delegate(directory);
    assert.match(runAsNobody(directory, SPAWN), /^CGROUP_NOT_DELEGATED/);
    assert.is(runAsNobody(directory, DESCRIBE), "leaf memory pids");
    assert.is(runAsNobody(directory, ENTER + SPAWN), "leaf\ntrue SIGKILL");
    assert.is(runAsNobody(`${directory}/dockher-caller`, ENTER), "nothing");
  },
  unlessV2,
);

realTest(
  test,
  "a controller that is not delegated is refused by name, with what makes systemd delegate it",
  async () => {
    await using outer = await create();
    const { directory } = outer.location as CgroupLocation & { version: 2 };
    const user = `${directory}/user@1.service`;
    writeFileSync(`${directory}/cgroup.subtree_control`, "+pids");
    mkdirSync(`${user}/leaf`, { recursive: true });
    delegate(user);
    const said = runAsNobody(
      `${user}/leaf`,
      "try { await (await spawnInCgroup('true', [], { limits: { memory: 2 ** 24 } })).verdict; } catch (error) { console.log(error.message); throw error; }",
    );
    assert.match(said, '"memory"');
    assert.match(
      said,
      "CGROUP_CONTROLLER_MISSING sudo mkdir -p /etc/systemd/system/user@.service.d",
    );
    assert.match(said, "Delegate=cpu cpuset io memory pids");
  },
  unlessV2,
);

realTest(
  test,
  "on v1 a user without rights is refused, with the names of the controllers",
  async () => {
    const said = runAsNobodyHere(
      `try { ${ENTER} } catch (error) { console.log(error.message); throw error; }`,
    );
    assert.match(said, /not delegated to this user: .*memory/);
    assert.match(said, /CGROUP_NOT_DELEGATED .*systemd.unified_cgroup_hierarchy=1/);
    assert.match(runAsNobodyHere(SPAWN), /^CGROUP_NOT_DELEGATED/);
  },
  report.version === 1 ? undefined : "needs cgroup v1",
);

const missingProgram = ["/usr/bin/dbus-daemon", "/usr/bin/busctl", "/lib/systemd/systemd"]
  .filter((path) => !existsSync(path))
  .map((path) => `${path} is not installed`)[0];

realTest(
  test,
  "the user's systemd moves us into a scope, in which limits hold",
  async () => {
    await using outer = await create();
    const { directory } = outer.location as CgroupLocation & { version: 2 };
    const service = `${directory}/user@${NOBODY}.service`;
    writeFileSync(`${directory}/cgroup.subtree_control`, "+memory +pids");
    mkdirSync(`${service}/init.scope`, { recursive: true });
    for (const path of [service, `${service}/init.scope`]) delegate(path);
    const body = `
      const { enterScope } = await import(${JSON.stringify(builtScope)});
      const { readFileSync } = await import("node:fs");
      await enterScope();
      console.log(readFileSync("/proc/self/cgroup", "utf8").trim());
      ${ENTER}${SPAWN}`;
    const command = [process.execPath, "--input-type=module", "-e", write(body)];
    const { stdout, stderr } = spawnSync(
      "unshare",
      [...NAMESPACES, "sh", BESIDE, String(NOBODY), service, ...command],
      { encoding: "utf8" },
    );
    const [cgroup, ...rest] = stdout.trim().split("\n");
    assert.match(cgroup ?? "", /user@\d+\.service\/app\.slice\/dockher-\d+-\d+\.scope$/, stderr);
    assert.equal(rest, ["nothing", "true SIGKILL"]);
  },
  unlessV2 ?? missingProgram,
);

test.run();
