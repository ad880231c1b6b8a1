import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BIN, Machine } from "./dockher.ts";

const test = suite<{ machine: Machine }>("bin usage");

test.before((context) => {
  context.machine = new Machine();
});
test.after(({ machine }) => machine[Symbol.dispose]());

test("help goes to stdout and is no failure", async ({ machine }) => {
  for (const args of [[], ["--help"], ["image"], ["run", "--help"], ["image", "ls", "--help"]]) {
    const { code, stdout, stderr } = await machine.run(args);
    assert.is(code, 0, args.join(" "));
    assert.match(stdout, /^Usage: dockher /);
    assert.is(stderr, "");
  }
});

test("the page of run names the first words and gives examples", async ({ machine }) => {
  const { stdout } = await machine.run(["run", "--help"]);
  for (const part of ["-c, --cmd STRING", "-m, --mem SIZE", "-p, --cpu PERCENT", "Examples:"]) {
    assert.match(stdout, part);
  }
  assert.match(stdout, "-d, --detach");
  assert.not.match(stdout, "--publish");
});

test("versions", async ({ machine }) => {
  assert.match((await machine.run(["--version"])).stdout, /^dockher \d+\.\d+\.\d+\n$/);
  const { stdout } = await machine.run(["version", "--format", "json"]);
  assert.is(JSON.parse(stdout).Client.NodeVersion, process.versions.node);
  assert.is(
    (await machine.run(["version", "-f", "{{.Server.Os}}\\t{{len .Client.Version}}"])).stdout,
    "linux\\t5\n",
  );
});

test("an empty list", async ({ machine }) => {
  const list = async (...args: string[]) => (await machine.run(["image", "ls", ...args])).stdout;
  const heading = "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n";
  assert.is(await list(), heading);
  assert.is(await list("--format", "table"), heading);
  assert.is(await list("--format", ""), heading);
  assert.is(await list("-q"), "");
  assert.is(await list("--format", "json"), "");
  assert.is(await list("--format", "{{.ID}}"), "");
  assert.is(
    await list("--digests"),
    "REPOSITORY   TAG       DIGEST    IMAGE ID   CREATED   SIZE\n",
  );
});

/** Each bad word, its exit code, and what the line must name. Nothing may be made for it. */
const BAD: [args: string[], code: number, mention: RegExp][] = [
  [["nope"], 1, /"nope"/],
  [["run"], 125, /no command/],
  [["run", "--bad"], 125, /--bad/],
  [["--cmd"], 125, /needs a value/],
  [["--cmd", ""], 125, /no command/],
  ...["0", "-5", "abc", "1e30"].map((size): [string[], number, RegExp] => {
    return [["--cmd", "true", "--mem", size], 125, /mem/];
  }),
  ...["0", "-1", "NaN", "10000000"].map((cpu): [string[], number, RegExp] => {
    return [["--cmd", "true", "--cpu", cpu], 125, /--cpu/];
  }),
  [["run", "-p", "8080:80", "busybox", "true"], 125, /8080:80/],
  [["run", "--gpus", "all", "busybox", "true"], 125, /--gpus/],
  [["create", "--link", "db", "busybox"], 1, /--link/],
  [["run", "--cgroup-parent", "../x", "busybox", "true"], 125, /"\.\.\/x"/],
  [["run", "--device-read-bps", "/dev/nothing:1m", "busybox", "true"], 125, /\/dev\/nothing/],
  [["run", "--device-cgroup-rule", "c 1:3", "busybox", "true"], 125, /"c 1:3"/],
  [["run", "--blkio-weight", "5", "busybox", "true"], 125, /blkioWeight/],
  [["run", "--memory-swappiness", "101", "busybox", "true"], 125, /memorySwappiness/],
  [["create", "--expose", "0", "busybox"], 1, /--expose "0"/],
  [["run", "--platform", "linux/vax", "busybox", "true"], 125, /linux\/vax/],
  [["run", "-it", "busybox", "true"], 125, /the input device is not a TTY/],
  [["run", "-v", "data:data", "busybox", "true"], 125, /"data:data"/],
  [["volume", "create", "a"], 1, /too short/],
  [["volume", "create", "/a/b"], 1, /invalid characters/],
  [["volume", "create", "a1", "b1"], 1, /a1, b1/],
  [["volume", "create", "--driver", "nfs", "a1"], 1, /"nfs" not found/],
  [["volume", "create", "--opt", "type=tmpfs", "a1"], 1, /type=tmpfs/],
  [["volume", "create", "--label", "=b", "a1"], 1, /"=b"/],
  [["volume", "ls", "--filter", "nonsense=1"], 1, /invalid filter 'nonsense'/],
  [["volume", "ls", "--filter", "name"], 1, /expected name=value/],
  [["volume", "ls", "--filter", "dangling=maybe"], 1, /dangling=maybe/],
  [["volume", "ls", "some"], 1, /"some"/],
  [["volume", "rm"], 1, /none is named/],
  [["volume", "rm", "none"], 1, /no such volume/],
  [["volume", "inspect"], 1, /none is named/],
  [["volume", "prune", "some"], 1, /"some"/],
  [["run", "--security-opt", "seccomp=x.json", "busybox", "true"], 125, /x\.json/],
  [["run", "--pull", "never", "busybox", "true"], 125, /busybox/],
  [["run", "unknown-image", "true"], 125, /unknown-image/],
  [["run", "../../etc", "true"], 125, /\.\.\/\.\.\/etc/],
  [["run", "a/b", "true"], 125, /a\/b/],
  [["run", "--rootfs", "/nowhere", "true"], 125, /\/nowhere/],
  [["run", "--rootfs", "/etc/passwd", "true"], 125, /\/etc\/passwd/],
  [["run", "--env-file", "/nowhere", "busybox", "true"], 125, /\/nowhere/],
  [["image", "rm"], 1, /none is named/],
  [["image", "rm", "missing"], 1, /missing/],
  [["image", "inspect", "missing"], 1, /missing/],
  [["image", "ls", "one", "extra"], 1, /extra/],
  [["image", "ls", "--format", "{{.ID"], 1, /template parsing error: 1:0: unclosed action/],
  [["image", "ls", "--format", "table {{.Nope}}"], 1, /can't evaluate field Nope/],
  [["image", "ls", "-f", "nonsense"], 1, /bad format of filter/],
  [["image", "ls", "-f", "nope=x"], 1, /invalid filter 'nope'/],
  [["image", "ls", "-f", "dangling=x"], 1, /neither true nor false/],
  [["image", "ls", "-f", "reference=[x"], 1, /syntax error in pattern/],
  [["image", "ls", "-f", "before=missing"], 1, /no such image: missing/],
  [["image", "bootstrap", "unknown-image"], 1, /unknown-image/],
  [["image", "bootstrap", "debian", "ubuntu"], 1, /one at a time/],
  [["image", "bootstrap", "-q", "--keyring", "/nowhere", "debian"], 1, /\/nowhere/],
  [["image", "bootstrap", "--variant", "nonsense", "debian"], 1, /"nonsense"/],
  [["image", "bootstrap", "--include", "stress", "busybox"], 1, /busybox/],
  [["completion", "tcsh"], 1, /tcsh/],
  [["version", "--format", "{{.Nope}}"], 1, /template parsing error: 1:2: .*Nope/],
  [["info", "-f", "{{.Nope"], 1, /unclosed action/],
];

for (const [args, code, mention] of BAD) {
  test(`refuses ${args.join(" ")}`, async ({ machine }) => {
    const ended = await machine.run(args);
    assert.is(ended.code, code, ended.stderr);
    const lines = ended.stderr.trimEnd().split("\n");
    assert.ok(lines.length <= 2, ended.stderr);
    assert.match(lines[0] ?? "", /^dockher: failed to /);
    assert.match(lines[0] ?? "", mention);
    if (lines[1] !== undefined) assert.match(lines[1], /^hint: /);
    assert.equal(machine.listMounts(), []);
  });
}

test("Node leaves our --env-file alone", async ({ machine }) => {
  const child = spawn(BIN, ["run", "--env-file", "/nowhere", "busybox"], { env: machine.env });
  const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
  assert.is(child.exitCode, 125);
  assert.match(stderr, /^dockher: failed to read --env-file/);
});

test("what was not built says so", async ({ machine }) => {
  const bin = join(machine.directory, "bin");
  cpSync(dirname(BIN), bin, { recursive: true });
  const child = spawn(process.execPath, [join(bin, "dockher.js"), "--help"]);
  const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
  assert.is(child.exitCode, 125);
  assert.is(stderr, "dockher: failed to start: it was not built\nhint: pnpm build\n");
});

test("a stack only where it is asked for", async ({ machine }) => {
  const { stderr } = await machine.run(["nope"], { env: { DOCKHER_DEBUG: "1" } });
  assert.match(stderr, /\n {4}at /);
});

test("a bad configuration is named", async ({ machine }) => {
  const config = join(machine.directory, "config.json");
  writeFileSync(config, "{ nonsense");
  const env = { DOCKHER_CONFIG: config, DOCKHER_IMAGE: "" };
  const { code, stderr } = await machine.run(["--cmd", "true"], { env });
  assert.is(code, 125);
  assert.match(stderr, config);
});

test("completion", async ({ machine }) => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await machine.run(["completion", shell]);
    assert.is(code, 0);
    assert.match(stdout, "dockher __complete");
  }
  const complete = async (...words: string[]) => {
    return (await machine.run(["__complete", "--", ...words])).stdout.split("\n");
  };
  assert.ok((await complete("ru")).includes("run"));
  assert.not.ok((await complete("")).includes("__complete"));
  assert.ok((await complete("image", "")).includes("inspect"));
  assert.ok((await complete("run", "--me")).includes("--mem"));
  assert.equal((await complete("run", "--network", "h")).filter(Boolean), ["host"]);
  assert.ok((await complete("run", "bu")).includes("busybox"));
  assert.equal((await complete("image", "ls", "--format", "")).filter(Boolean), ["json", "table"]);
  assert.equal((await complete("image", "ls", "-f", "d")).filter(Boolean), ["dangling="]);
});

test("bash completes with the script", async ({ machine }) => {
  const { stdout: script } = await machine.run(["completion", "bash"]);
  const shell = `dockher() { ${process.execPath} -- ${BIN} "$@"; }
${script}
COMP_WORDS=(dockher run --cap) COMP_CWORD=2
_dockher
printf '%s\n' "\${COMPREPLY[@]}"`;
  const child = spawn("bash", ["-c", shell], { env: machine.env });
  const [stdout] = await Promise.all([text(child.stdout), once(child, "close")]);
  assert.is(stdout, "--cap-add\n--cap-drop\n");
});

test.run();
