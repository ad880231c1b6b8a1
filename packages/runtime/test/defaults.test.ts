import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RunOptions } from "../src/options.ts";
import type { RunResult } from "../src/result.ts";
import { run } from "../src/run.ts";
import { findNobodyObstacle, nobody, runAsNobody } from "./run-as-nobody.ts";
import { findIdmapObstacle, findObstacle, makeSandbox, type Sandbox } from "./sandbox.ts";

/** How a container comes by its ids, and which may differ. */
interface Mode {
  name: string;
  obstacle: string | undefined;
  run: (options: RunOptions) => Promise<RunResult>;
  /** Whose the images are. */
  owner: number;
}

const modes: Mode[] = [
  { name: "as root", obstacle: findObstacle(), run, owner: 0 },
  {
    name: "as root, with ids of its own",
    obstacle: await findIdmapObstacle(),
    run: (options) => run({ ...options, userns: "auto" }),
    owner: 0,
  },
  {
    name: "without root",
    obstacle: findObstacle() ?? findNobodyObstacle("full"),
    run: (options) => runAsNobody(options, { ids: "full", groups: "65534,4" }),
    owner: nobody.uid,
  },
  {
    name: "without root and with a single id",
    obstacle: findObstacle() ?? findNobodyObstacle("single"),
    run: (options) => runAsNobody(options, { ids: "single" }),
    owner: nobody.uid,
  },
];

for (const mode of modes) {
  const name = `what holds by default ${mode.name}`;
  if (mode.obstacle === undefined) addTests(name, mode);
  else console.log(`SKIP ${name}: ${mode.obstacle}`);
}

function addTests(name: string, mode: Mode): void {
  const test = suite(name);

  let sandbox: Sandbox;
  test.before(async () => {
    sandbox = await makeSandbox();
    await sandbox.giveTo(mode.owner);
  });
  test.after(() => sandbox.remove());

  async function shell(script: string): Promise<string> {
    const { stdout, stderr } = await mode.run({
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
      "cut -d: -f3 /proc/self/cgroup | sort -u; find /sys/fs/cgroup -maxdepth 1 -type d -exec mkdir {}/x \\; -print 2>/dev/null; true",
    );
    assert.is(seen, "/\n");
  });

  test("the host's processes, mounts and directories are not there", async () => {
    const seen = await shell(
      `ls -d ${sandbox.directories.root} ${process.cwd()} 2>/dev/null; ls -d /../../../etc/debian_version 2>/dev/null;` +
        " kill -0 $PPID && set -- /proc/[0-9]* && echo $#; grep -c ' / / ' /proc/self/mountinfo",
    );
    // init and the shell; one mount on the root.
    assert.is(seen, "2\n1\n");
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

  test.run();
}
