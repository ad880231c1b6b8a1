import { suite } from "uvu";
import * as assert from "uvu/assert";
import { run } from "../src/run.ts";
import { findObstacle, makeSandbox, type Sandbox } from "./sandbox.ts";

const test = suite("what holds by default");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP what holds by default: ${obstacle}`);

let sandbox: Sandbox;
test.before(async () => {
  sandbox = await makeSandbox();
});
test.after(() => sandbox.remove());

async function shell(script: string): Promise<string> {
  const { stdout, stderr } = await run({
    source: { image: "busybox" },
    directories: sandbox.directories,
    command: ["sh", "-c", script],
  });
  return stdout.toString() + stderr.toString();
}

test("Docker's fourteen capabilities, none inheritable or ambient, and no_new_privs", async () => {
  const status = await shell("cat /proc/self/status");
  for (const set of ["CapPrm", "CapEff", "CapBnd"]) {
    assert.match(status, new RegExp(`^${set}:\\s+00000000a80425fb$`, "m"));
  }
  for (const set of ["CapInh", "CapAmb"])
    assert.match(status, new RegExp(`^${set}:\\s+0{16}$`, "m"));
  assert.match(status, /^NoNewPrivs:\s+1$/m);
});

test("no signal is ignored or blocked, no group and no descriptor of the caller's is there", async () => {
  const seen = await shell(
    "grep -E '^(SigIgn|SigBlk|Groups)' /proc/self/status; ls /proc/self/fd; umask",
  );
  assert.match(seen, /^SigBlk:\s+0{16}$/m);
  assert.match(seen, /^SigIgn:\s+0{16}$/m);
  assert.match(seen, /^Groups:\s*0?\s*$/m);
  // 3 is ls's own, of the directory that it reads.
  assert.match(seen, /\n0\n1\n2\n3\n0022\n$/);
});

test("what tells about the host is empty, what changes it cannot be written", async () => {
  const paths = [
    "/proc/kcore",
    "/proc/keys",
    "/proc/timer_list",
    "/proc/interrupts",
    "/sys/firmware",
  ];
  for (const path of paths) {
    assert.is(
      await shell(`cat ${path} 2>/dev/null | head -c 1; ls ${path}/ 2>/dev/null`),
      "",
      path,
    );
  }
  const writable = await shell(
    "for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sysrq-trigger /sys/kernel/uevent_helper" +
      " /sys/kernel/mm/transparent_hugepage/enabled; do [ -e $f ] && (: >> $f) 2>/dev/null && echo $f; done; true",
  );
  assert.is(writable, "");
});

test("its own cgroup is the root of what it sees, and read-only", async () => {
  const seen = await shell(
    "cut -d: -f3 /proc/self/cgroup | sort -u; find /sys/fs/cgroup -maxdepth 1 -type d -exec mkdir {}/x \\; 2>&1 | grep -vc -e Read-only -e 'File exists'",
  );
  assert.is(seen, "/\n0\n");
});

test("the host's processes, mounts and directories are not there", async () => {
  const seen = await shell(
    `ls -d ${sandbox.directories.root} ${process.cwd()} 2>/dev/null; ls -d /../../../etc/debian_version 2>/dev/null;` +
      " kill -0 $PPID && ls -d /proc/[0-9]* | wc -l; grep -c ' / / ' /proc/self/mountinfo",
  );
  // init, the shell, ls and wc; one mount on the root.
  assert.is(seen, "4\n1\n");
});

test("/dev holds the standard nodes and no others", async () => {
  const seen = await shell(
    "cd /dev; for f in *; do [ ! -L $f ] && [ -c $f -o -b $f ] && echo $f; done; true",
  );
  assert.equal(seen.trim().split("\n").sort(), [
    "full",
    "null",
    "random",
    "tty",
    "urandom",
    "zero",
  ]);
});

if (obstacle === undefined) test.run();
