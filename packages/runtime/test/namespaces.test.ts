import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import * as assert from "uvu/assert";
import { describeRuns } from "./run-suite.ts";
import { findIdmapObstacle } from "./sandbox.ts";

const { test, obstacle, say, refuse } = describeRuns("namespaces shared with the host");

/** proc_pid_stat(5): nothing where it is gone, and Z where the host's init has not reaped it yet. */
function readState(pid: string): string {
  assert.match(pid, /^\d+$/);
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.slice(0, 1) ?? "";
  } catch {
    return "";
  }
}

const OPTIONS = { pid: "pid", ipc: "ipc", uts: "uts", cgroupns: "cgroup" } as const;

test("each of them, and no other", async () => {
  for (const [option, file] of Object.entries(OPTIONS)) {
    const shared = await say(`readlink /proc/self/ns/${file}`, { [option]: "host" });
    assert.is(shared.trim(), readlinkSync(`/proc/self/ns/${file}`));
    for (const other of Object.values(OPTIONS).filter((one) => one !== file)) {
      const own = await say(`readlink /proc/self/ns/${other}`, { [option]: "host" });
      assert.is.not(own.trim(), readlinkSync(`/proc/self/ns/${other}`), `${option}: ${other}`);
    }
  }
});

test("the processes of the host, and nothing of its own is left running", async () => {
  assert.is(await say(`test -d /proc/${process.pid} && echo there`, { pid: "host" }), "there\n");
  assert.is(await say(`test -d /proc/${process.pid}/task || echo none`), "none\n");
  // Its grandchild has no parent that would take it along, and holds the output.
  const [pid = ""] = (await say("sleep 1000 & echo $!", { pid: "host" })).split("\n");
  assert.not.match(readState(pid), /[RSD]/);
});

test("with the host's processes in sight it may not look into them, and what is masked stays so", async () => {
  const paths = ["root", "exe", "cwd"].map((name) => `/proc/${process.pid}/${name}`);
  const closed = paths.map((path) => `readlink ${path} || echo closed`);
  const script = [
    ...closed,
    `cat /proc/${process.pid}/environ 2> /dev/null || echo closed`,
    "cat /proc/timer_list /proc/keys | wc -c",
    "{ echo 1 > /proc/sys/vm/overcommit_memory; } 2> /dev/null || echo closed",
  ].join("; ");
  assert.is(await say(script, { pid: "host" }), "closed\nclosed\nclosed\nclosed\n0\nclosed\n");
});

test("the host's name is not changed", async () => {
  const before = hostname();
  assert.is(await say("hostname; echo $HOSTNAME", { uts: "host" }), `${before}\n${before}\n`);
  assert.is(hostname(), before);
});

test("/dev/shm goes with the IPC namespace", async () => {
  const device = "stat -c %d /dev/shm";
  const own = await say(device);
  assert.is.not(await say(device, { ipc: "host" }), own);
  assert.is(await say(`test -e /dev/shm || echo none`, { ipc: "none" }), "none\n");
  const options = "grep ' /dev/shm ' /proc/self/mountinfo | cut -d ' ' -f 6";
  assert.match(await say(options, { ipc: "host" }), /nosuid,nodev,noexec/);
});

test("the cgroups of the machine", async () => {
  assert.match(await say("cat /proc/self/cgroup", { cgroupns: "host" }), /[0-9a-f]{64}/);
  assert.not.match(await say("cat /proc/self/cgroup"), /[0-9a-f]{64}/);
});

const idmapObstacle = await findIdmapObstacle();
if (idmapObstacle !== undefined) console.log(`SKIP shared processes, own ids: ${idmapObstacle}`);
else
  test("with ids of its own it may not signal the host's processes", async () => {
    const script = `kill -0 ${process.pid} 2>&1; ls /proc/${process.pid}/fd 2>&1`;
    const said = await say(script, { pid: "host", userns: "auto" });
    assert.match(said, /not permitted[\s\S]*Permission denied/);
  });

test("what cannot be meant", async () => {
  for (const [option, value] of [
    ["pid", "shareable"],
    ["ipc", "x"],
    ["uts", "none"],
    ["cgroupns", "container"],
  ]) {
    await refuse({ [option as string]: value }, "INVALID_NAMESPACE");
  }
  await refuse({ network: "x" as "host" }, "INVALID_NETWORK");
  await refuse({ uts: "host", hostname: "x" }, "CONFLICTING_OPTIONS");
  await refuse({ ipc: "host", shmSize: 2 ** 20 }, "CONFLICTING_OPTIONS");
  await refuse({ ipc: "none", shmSize: 2 ** 20 }, "CONFLICTING_OPTIONS");
  await refuse({ ipc: "host", sysctl: { "kernel.msgmax": "1" } }, "INVALID_SYSCTL");
  await refuse({ uts: "host", sysctl: { "kernel.domainname": "x" } }, "INVALID_SYSCTL");
  await refuse({ pid: "host", cgroups: "disabled" }, "INVALID_NAMESPACE");
  await refuse({ pid: { container: "nobody" } }, "CONTAINER_NOT_FOUND");
});

test("a domain name of its own", async () => {
  const sysctl = { "kernel.domainname": "example" };
  assert.is(await say("cat /proc/sys/kernel/domainname", { sysctl }), "example\n");
});

if (obstacle === undefined) test.run();
