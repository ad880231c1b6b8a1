import { readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { execInContainer } from "../../src/kept/exec-in-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { killContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { updateContainer } from "../../src/kept/update-container.ts";
import { run } from "../../src/run.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, create, start, target, directories, readLog } = describeKept(
  "namespaces of another container",
);

async function say(script: string, options: object): Promise<string> {
  const { stdout, stderr } = await run({
    source: { image: "busybox" },
    command: ["sh", "-c", script],
    directories: directories(),
    ...options,
  });
  return stdout.toString() + stderr.toString();
}

/** What a container that stays says of itself, asked by a command that enters it. */
async function enter(container: string, script: string): Promise<string> {
  await using entered = await execInContainer({
    ...target(container),
    command: ["sh", "-c", script],
    stdout: "pipe",
    stderr: "inherit",
  });
  const said = (await entered.stdout?.toArray()) ?? [];
  await entered.wait();
  return Buffer.concat(said).toString();
}

test("its processes", async () => {
  const other = await start("exec sleep 1234", { name: "other" });
  const ps = "ps -o args";
  assert.match(await say(ps, { pid: { container: "other" } }), /\nsleep 1234\n/);
  assert.not.match(await say(ps, {}), /sleep 1234/);
  // What runs in it ends with it.
  const guest = await start("exec sleep 4321", { pid: { container: other.slice(0, 12) } });
  assert.match(await enter(guest, ps), /sleep 1234[\s\S]*sleep 4321/);
  await killContainer(target(other));
  assert.is(await waitContainer(target(guest)), 137);
  await rejects(startKeptContainer(target(guest)), "CONTAINER_NOT_RUNNING");
  // By its id, whoever has its name by now.
  await startKeptContainer(target(other));
  await startKeptContainer(target(guest));
});

test("its network, with its name and its files", async () => {
  const options = { name: "web", hostname: "web1", extraHosts: { db: "10.0.0.2" } };
  await start("echo here > /x; httpd -f -p 127.0.0.1:80 -h /", options);
  const script = "until wget -qO- http://127.0.0.1/x; do :; done; hostname; grep db /etc/hosts";
  const joined = { network: { container: "web" } };
  assert.is(await say(script, joined), "here\nweb1\n10.0.0.2\tdb\n");
  const guest = await start(`${script}; exec sleep 1000`, joined);
  const host = ["web1\n", "web1\n"].join("");
  assert.is(await enter(guest, "hostname; echo $HOSTNAME"), host);
  assert.is(inspectContainer(target(guest)).hostname, "web1");
  assert.is(
    await enter(guest, "readlink /proc/self/ns/net"),
    await enter("web", "readlink /proc/self/ns/net"),
  );
  await rejects(
    say("true", { ...joined, sysctl: { "net.core.somaxconn": "1" } }),
    "INVALID_SYSCTL",
  );
  const refused = say("true", { ...joined, dns: { servers: ["1.1.1.1"] } });
  await rejects(refused, "CONFLICTING_OPTIONS");
  await rejects(say("true", { ...joined, hostname: "x" }), "CONFLICTING_OPTIONS");
});

test("its IPC and /dev/shm, where it is shareable", async () => {
  const script = "echo said > /dev/shm/x; until test -e /dev/shm/y; do :; done; cat /dev/shm/y";
  const donor = await start(script, { name: "donor", ipc: "shareable" });
  const guest = { ipc: { container: "donor" } };
  const said = await say(
    "until test -s /dev/shm/x; do :; done; cat /dev/shm/x; readlink /proc/self/ns/ipc; echo answered > /dev/shm/.y; mv /dev/shm/.y /dev/shm/y",
    guest,
  );
  assert.match(said, /^said\nipc:\[\d+\]\n$/);
  assert.is(await readLog(donor), "answered\n");
  await rejects(say("true", guest), "CONTAINER_NOT_RUNNING");
  await start("sleep 1000", { name: "alone" });
  await rejects(say("true", { ipc: { container: "alone" } }), "IPC_NOT_SHAREABLE");
});

test("a hostile /dev/shm leads nowhere", async () => {
  await start("umount /dev/shm; rmdir /dev/shm; ln -s / /dev/shm; touch /ready; sleep 1000", {
    name: "evil",
    ipc: "shareable",
    capAdd: ["SYS_ADMIN"],
    seccomp: "unconfined",
  });
  await enter("evil", "until test -e /ready; do :; done");
  await rejects(say("ls /dev/shm", { ipc: { container: "evil" } }), "LAUNCH_FAILED");
});

test("a process that has the other's pid by now is not joined", async () => {
  const other = await start("sleep 1000", { name: "gone" });
  const { directory } = inspectContainer(target(other));
  const path = join(directory, "state.json");
  const state = readFileSync(path, "utf8");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(state), pid: process.pid }));
  try {
    for (const option of ["pid", "network"]) {
      await rejects(say("true", { [option]: { container: "gone" } }), "CONTAINER_NOT_RUNNING");
    }
  } finally {
    writeFileSync(path, state);
  }
  assert.is(await say("echo joined", { pid: { container: "gone" } }), "joined\n");
});

test("a kept container with the host's, and who enters it", async () => {
  const names = ["pid", "ipc", "uts", "cgroup", "net"];
  const links = names.map((name) => `readlink /proc/self/ns/${name}`).join("; ");
  const host = await start("exec sleep 1000", {
    pid: "host",
    ipc: "host",
    uts: "host",
    cgroupns: "host",
    network: "host",
  });
  const own = names.map((name) => `${readlinkSync(`/proc/self/ns/${name}`)}\n`).join("");
  assert.is(await enter(host, links), own);
  await killContainer(target(host));
  await waitContainer(target(host));
  await startKeptContainer(target(host));
  assert.is(await enter(host, links), own);
});

test("what cannot be meant", async () => {
  await rejects(create("true", { pid: { container: "nobody" } }), "CONTAINER_NOT_FOUND");
  const { id } = await create("true", { name: "resting" });
  await rejects(say("true", { pid: { container: id } }), "CONTAINER_NOT_RUNNING");
  const restart = { name: "always" } as const;
  const joined = { network: { container: "resting" } };
  await rejects(create("true", { ...joined, restart }), "UNSUPPORTED");
  const guest = await create("true", joined);
  await rejects(updateContainer({ ...target(guest.id), restart }), "UNSUPPORTED");
  await start("sleep 1000", { name: "running" });
  const mapped = { userns: "auto", pid: { container: "running" } };
  await rejects(say("true", mapped), "UNSUPPORTED");
});

test.run();
