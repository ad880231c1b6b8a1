import * as assert from "uvu/assert";
import { describeRuns } from "./run-suite.ts";

const { test, obstacle, say, refuse } = describeRuns("what surrounds a command");

test("further hosts, and name servers", async () => {
  assert.match(
    await say("cat /etc/hosts", { extraHosts: { db: "10.0.0.2" } }),
    /^10\.0\.0\.2\tdb$/m,
  );
  const dns = {
    servers: ["1.1.1.1", "::1"],
    search: ["a.example", "b.example"],
    options: ["ndots:2"],
  };
  assert.is(
    await say("cat /etc/resolv.conf", { dns }),
    "nameserver 1.1.1.1\nnameserver ::1\nsearch a.example b.example\noptions ndots:2\n",
  );
  assert.match(
    await say("cat /etc/resolv.conf", { dns, network: "host" }),
    /^nameserver 1\.1\.1\.1$/m,
  );
  await refuse({ extraHosts: { db: "nowhere" } }, "INVALID_HOST");
  await refuse({ extraHosts: { "a b": "10.0.0.2" } }, "INVALID_HOST");
  await refuse({ dns: { servers: ["one.example"] } }, "INVALID_DNS");
  await refuse({ dns: { search: ["a\nnameserver 6.6.6.6"] } }, "INVALID_DNS");
});

test("the size of /dev/shm", async () => {
  assert.match(await say("df -k /dev/shm", { shmSize: 2 ** 23 }), / 8192 /);
  await refuse({ shmSize: 0 }, "INVALID_MOUNT");
});

test("its own sysctls, and none of the host's", async () => {
  const sysctl = { "net.core.somaxconn": "77", "kernel.msgmax": "4096" };
  const read = "cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax";
  assert.is(await say(read, { sysctl }), "77\n4096\n");
  for (const name of ["kernel.hostname", "vm.swappiness", "../x", "net/../../kernel/hostname"]) {
    await refuse({ sysctl: { [name]: "1" } }, "INVALID_SYSCTL");
  }
  await refuse({ sysctl: { "net.core.somaxconn": "1" }, network: "host" }, "INVALID_SYSCTL");
});

test("further groups, by name and number", async () => {
  assert.match(await say("id", { groupAdd: ["12", "tty"] }), /groups=.*5\(tty\).*12|12.*5\(tty\)/);
  await refuse({ groupAdd: ["nobody-has-it"] }, "GROUP_NOT_FOUND");
});

test("how likely it is killed first", async () => {
  assert.is(await say("cat /proc/self/oom_score_adj", { oomScoreAdj: 300 }), "300\n");
  await refuse({ oomScoreAdj: 1001 }, "INVALID_SPEC");
});

test("a device under another name, with what it may do, and no other", async () => {
  const devices = [{ path: "/dev/zero", target: "/dev/nothing", access: "r" }];
  assert.is(
    await say("head -c 3 /dev/nothing | wc -c; ls /dev | grep -c kmsg", { devices }),
    "3\n0\n",
  );
  await refuse({ devices: [{ path: "/dev/does-not-exist" }] }, "DEVICE_NOT_FOUND");
  await refuse({ devices: [{ path: "/etc/passwd", target: "/dev/x" }] }, "INVALID_DEVICE");
  await refuse({ devices: [{ path: "dev/zero" }] }, "INVALID_DEVICE");
  await refuse({ devices: [{ path: "/dev/zero", target: "/etc/x" }] }, "INVALID_DEVICE");
  await refuse({ devices: [{ path: "/dev/zero", access: "rr" }] }, "INVALID_DEVICE");
});

if (obstacle === undefined) test.run();
