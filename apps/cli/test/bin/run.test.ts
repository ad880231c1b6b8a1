import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findReasonToSkip } from "./capability.ts";
import { BIN, Machine } from "./dockher.ts";

const test = suite<{ machine: Machine }>("bin run");
const skip = findReasonToSkip();
const real: typeof test = skip === undefined ? test : ((() => {}) as unknown as typeof test);
if (skip !== undefined) console.log(`SKIP bin run: ${skip}`);

test.before(async (context) => {
  context.machine = new Machine();
  if (skip !== undefined) return;
  const { code, stderr } = await context.machine.run(["image", "bootstrap", "busybox"]);
  assert.is(code, 0, stderr);
});
test.after(({ machine }) => machine[Symbol.dispose]());

/** Nothing of a container may be there afterwards: its cgroup, its mounts, its directory. */
function assertNothingLeft(machine: Machine, id: string): void {
  assert.match(id, /^[0-9a-f]{12}$/);
  assert.equal(machine.listMounts(), []);
  const cgroups = execFileSync("find", ["/sys/fs/cgroup", "-name", `*${id}*`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  assert.is(cgroups, "");
  const containers = join(machine.root, "containers");
  assert.equal(
    readDirectory(containers).filter((name) => name.includes(id)),
    [],
  );
}

function readDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

real("the first words, without a command word", async ({ machine }) => {
  const args = ["--cmd", "echo hello from $(hostname)", "--mem", "200", "--cpu", "50"];
  const { code, stdout, stderr } = await machine.run(args);
  assert.is(stderr, "");
  assert.is(code, 0);
  const id = /^hello from (.*)\n$/.exec(stdout)?.[1] ?? "";
  assertNothingLeft(machine, id);
});

real("Docker's words", async ({ machine }) => {
  const source = join(machine.directory, "source");
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, "file"), "content\n");
  const script =
    'echo "$A $B $(id -u):$(id -g) $PWD"; cat /data/file; touch /data/x /x; hostname; ulimit -n';
  const { stdout, stderr } = await machine.run(
    [
      ...["run", "--rm", "-e", "A=1", "-eB", "-w", "/tmp", "-u", "5:6", "-v", "./source:/data:ro"],
      ...["--read-only", "--tmpfs", "/tmp", "--hostname", "box", "--ulimit", "nofile=64"],
      ...["busybox", "sh", "-c", script],
    ],
    { env: { B: "mine" } },
  );
  assert.is(stdout, "1 mine 5:6 /tmp\ncontent\nbox\n64\n");
  assert.match(stderr, /\/data\/x: Read-only file system/);
});

real("exit codes", async ({ machine }) => {
  const codes: [string[], number][] = [
    [["busybox", "sh", "-c", "exit 42"], 42],
    [["busybox", "/etc"], 126],
    [["busybox", "/etc/passwd"], 126],
    [["busybox", "/nope"], 127],
    [["busybox", "nope"], 127],
    [["-u", "nobody-here", "busybox", "true"], 125],
    [["-v", "/nowhere:/x", "busybox", "true"], 125],
    [["--cap-add", "NOPE", "busybox", "true"], 125],
    [["--cpuset-cpus", "9999", "busybox", "true"], 125],
    [["--name", "-", "busybox", "true"], 125],
    [["-w", "relative", "busybox", "true"], 125],
    [["--mem", "1", "busybox", "true"], 125],
    [["--ulimit", "nonsense=1", "busybox", "true"], 125],
  ];
  for (const [args, expected] of codes) {
    const { code, stderr } = await machine.run(["run", ...args]);
    assert.is(code, expected, `${args.join(" ")}: ${stderr}`);
    if (expected !== 42) {
      assert.match(stderr, /^dockher: failed to .*\n(?:hint: .*\n)?$/, args.join(" "));
    }
    assert.equal(machine.listMounts(), []);
  }
});

real("a command that is killed from inside, with the init and without", async ({ machine }) => {
  const command = ["busybox", "sh", "-c", "kill -9 $$; exit 3"];
  assert.is((await machine.run(["run", ...command])).code, 137);
  // The kernel drops signals that PID 1 gets from inside (pid_namespaces(7)).
  assert.is((await machine.run(["run", "--init=false", ...command])).code, 3);
});

real("a directory as root, also without a shell", async ({ machine }) => {
  const rootfs = join(machine.directory, "rootfs");
  mkdirSync(rootfs, { recursive: true });
  const { code, stderr } = await machine.run(["run", "--rootfs", "rootfs", "--cmd", "true"]);
  assert.is(code, 127, stderr);
  assert.match(stderr, /\/bin\/sh/);
});

real("standard input only where it was asked for", async ({ machine }) => {
  const input = "some input\n";
  assert.is((await machine.run(["run", "-i", "busybox", "cat"], { input })).stdout, input);
  assert.is((await machine.run(["run", "busybox", "cat"], { input })).stdout, "");
});

real("the memory limit is named, from the kernel's counter", async ({ machine }) => {
  const args = ["run", "--mem", "32", "busybox", "dd", "if=/dev/zero", "of=/dev/null", "bs=200M"];
  const { code, stderr } = await machine.run(args);
  assert.is(code, 137, stderr);
  assert.match(
    stderr,
    /^dockher: the memory limit of 32MiB was reached: the kernel killed 1 process$/m,
  );
});

real("the time limit is named", async ({ machine }) => {
  const { code, stderr } = await machine.run([
    "run",
    "--timeout",
    "300ms",
    "busybox",
    "sleep",
    "1000",
  ]);
  assert.is(code, 137);
  assert.is(stderr, "dockher: the time limit of 0.3 s was reached: the container was killed\n");
});

real("signals are the container's", async ({ machine }) => {
  const script =
    'trap "exit 9" TERM; trap "echo usr1" USR1; echo ready; while :; do sleep 1000 & wait; done';
  const { process: child, ended } = machine.start(["run", "busybox", "sh", "-c", script]);
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  assert.is((await lines.next()).value, "ready");
  child.kill("SIGUSR1");
  assert.is((await lines.next()).value, "usr1");
  child.kill("SIGTERM");
  assert.is((await ended).code, 9);
});

real("the third Ctrl-C kills", async ({ machine }) => {
  const script = 'trap "echo int" INT; echo ready; while :; do sleep 1000 & wait; done';
  const { process: child, ended } = machine.start(["run", "busybox", "sh", "-c", script]);
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  for (let count = 1; count < 3; count++) {
    child.kill("SIGINT");
    assert.is((await lines.next()).value, "int");
  }
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  assert.is(code, 137);
  assert.is(stderr, "dockher: one more Ctrl-C kills the container\n");
});

real("a killed command line takes its container with it", async ({ machine }) => {
  const { process: child, ended } = machine.start([
    "run",
    "busybox",
    "sh",
    "-c",
    "hostname; sleep 1000",
  ]);
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const id = String((await lines.next()).value);
  child.kill("SIGKILL");
  assert.is((await ended).signal, "SIGKILL");
  // The next start tidies what the killed one could not.
  assert.is((await machine.run(["run", "busybox", "true"])).code, 0);
  assertNothingLeft(machine, id);
});

interface Typing {
  /** The words behind `dockher`. */
  args: string;
  /** What the shell around it does afterwards. */
  after?: string;
  /** What the user does when the container has printed `ready`. */
  act: (terminal: { type: (keys: string) => void; pid: number }) => void;
}

/** Runs `dockher` on a terminal of its own, and answers what stood there. */
async function runOnTerminal(
  machine: Machine,
  { args, after = "true", act }: Typing,
): Promise<{ code: number | null; screen: string }> {
  const script = join(machine.directory, "script");
  writeFileSync(script, `echo pid=$$; exec ${process.execPath} -- ${BIN} ${args}`);
  const command = `stty rows 33 columns 99; sh ${script}; code=$?; ${after}; exit $code`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: { ...machine.env, TERM: "xterm", SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let screen = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const before = screen.includes("ready");
    screen += chunk;
    if (before || !screen.includes("ready")) return;
    const pid = Number(/pid=(\d+)/.exec(screen)?.[1]);
    act({ type: (keys) => child.stdin.write(keys), pid });
  });
  const [code] = await once(child, "close");
  child.stdin.destroy();
  return { code, screen };
}

/** That stty(1) shows a terminal as it is for typing lines. */
function assertRestored(screen: string): void {
  for (const setting of ["icanon", "echo", "isig", "icrnl", "opost"]) {
    assert.match(screen, new RegExp(`(?<!-)\\b${setting}\\b`));
  }
}

real("a terminal: its size, its keys, and everything as it was", async ({ machine }) => {
  const { code, screen } = await runOnTerminal(machine, {
    args: "run -it busybox sh -c 'echo ready; exec sh'",
    after: "stty -a",
    act: ({ type }) => type("stty size; tty; exit 7\n"),
  });
  assert.is(code, 7, screen);
  assert.match(screen, /33 99/);
  assert.match(screen, /\/dev\/(?:pts\/\d|console)/);
  assertRestored(screen);
});

real("Ctrl-C on a terminal is a key of the container's", async ({ machine }) => {
  const { code, screen } = await runOnTerminal(machine, {
    args: `run -it busybox sh -c 'trap "exit 5" INT; echo ready; read x'`,
    act: ({ type }) => type("\u0003"),
  });
  assert.is(code, 5, screen);
});

real("a terminal is restored after a signal too", async ({ machine }) => {
  const { code, screen } = await runOnTerminal(machine, {
    args: `run -it busybox sh -c 'trap "exit 6" TERM; echo ready; while :; do sleep 0.1; done'`,
    after: "stty -a",
    act: ({ pid }) => process.kill(pid, "SIGTERM"),
  });
  assert.is(code, 6, screen);
  assertRestored(screen);
});

real("a window of another size reaches the container", async ({ machine }) => {
  const { code, screen } = await runOnTerminal(machine, {
    args: `run -it busybox sh -c 'trap "stty size; exit 0" WINCH; echo ready; while :; do sleep 0.1; done'`,
    act: ({ pid }) => {
      execFileSync("stty", ["-F", `/proc/${pid}/fd/0`, "rows", "11", "columns", "22"]);
    },
  });
  assert.is(code, 0, screen);
  assert.match(screen, /11 22/);
});

real("images", async ({ machine }) => {
  assert.match(
    (await machine.run(["image", "ls"])).stdout,
    /^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\nbusybox +latest +[0-9a-f]{12} /,
  );
  const { stdout } = await machine.run(["images", "--format", "json", "--no-trunc"]);
  const { ID, Repository } = JSON.parse(stdout);
  assert.is(Repository, "busybox");
  const inspected = JSON.parse((await machine.run(["image", "inspect", "busybox"])).stdout);
  assert.is(inspected[0].Id, ID);
  assert.is((await machine.run(["images", "-q", "--no-trunc"])).stdout, `${ID}\n`);
  assert.is(inspected[0].Config.Labels !== undefined, true);
  const missing = await machine.run(["image", "inspect", "missing"]);
  assert.is(missing.stdout, "[]\n");
  const some = await machine.run(["image", "inspect", "-f", "{{.Id}}", "missing", "busybox"]);
  assert.equal([some.code, some.stdout], [1, `${ID}\n`]);
  assert.match(some.stderr, /missing/);
  const template = "{{.Os}} {{.Config.User}}|{{index .Config.Labels `x`}}|{{len .RootFS.Layers}}";
  const facts = await machine.run(["image", "inspect", "--format", template, "busybox"]);
  assert.is(facts.stdout, "linux ||1\n");
  const list = async (...args: string[]) => (await machine.run(["image", "ls", ...args])).stdout;
  assert.is(await list("-q", "busy*"), `${ID.slice(7, 19)}\n`);
  assert.is(await list("-q", "-f", "dangling=true"), "");
  assert.match(
    await list("--format", "table {{.Repository}}\\t{{.Digest}}\\t{{.CreatedAt}}"),
    /^REPOSITORY {3}DIGEST {4}CREATED AT\nbusybox {6}<none> {4}\d{4}-\d\d-\d\d [\d:]{8} [+-]\d{4} \S+\n$/,
  );
});

real("a broken pipe is quiet", async ({ machine }) => {
  const command = `${process.execPath} -- ${BIN} run --help | true`;
  const child = spawn("sh", ["-c", command], {
    env: machine.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  assert.is(await text(child.stderr), "");
});

real("info and doctor", async ({ machine }) => {
  const info = JSON.parse((await machine.run(["info", "--format", "json"])).stdout);
  assert.is(info.DockerRootDir, machine.root);
  const root = await machine.run(["info", "-f", "{{.DockerRootDir}} {{len .CgroupControllers}}"]);
  assert.is(root.stdout, `${machine.root} ${info.CgroupControllers.length}\n`);
  assert.is(info.KernelVersion, readFileSync("/proc/sys/kernel/osrelease", "utf8").trim());
  const { code, stdout } = await machine.run(["doctor"]);
  assert.is(code, 0, stdout);
  assert.match(stdout, /^STATUS +WHAT +FOUND\n/);
  const named = await machine.run(["doctor", "--format", "{{.Name}}: {{.Status}}"]);
  assert.match(named.stdout, /^[\w ]+: (?:ok|limited)$/m);
});

real("a removed image is made again where it is missing", async ({ machine }) => {
  const removed = await machine.run(["rmi", "busybox"]);
  assert.match(removed.stdout, /^Untagged: busybox:latest\nDeleted: sha256:[0-9a-f]{64}\n$/);
  const refused = await machine.run(["run", "--pull", "never", "busybox", "true"]);
  assert.is(refused.code, 125);
  const { code, stderr } = await machine.run(["run", "busybox", "true"]);
  assert.is(code, 0, stderr);
  assert.match(stderr, /^dockher: image busybox: /);
  const quiet = await machine.run(["run", "-q", "busybox", "true"]);
  assert.is(quiet.stderr, "");
});

test.run();
