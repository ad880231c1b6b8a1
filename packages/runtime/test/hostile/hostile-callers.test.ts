import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findObstacle, makeSandbox, type Sandbox } from "../sandbox.ts";
import type { Report } from "./caller.ts";

const test = suite("hostile callers");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP hostile callers: ${obstacle}`);

const slow = process.env["WITH_CGROUP_V2"] !== undefined;
const library = new URL("../../dist/index.js", import.meta.url).href;
const caller = fileURLToPath(new URL("./caller.ts", import.meta.url));

let sandbox: Sandbox;
test.before(async () => {
  sandbox = await makeSandbox();
});
test.after(() => sandbox.remove());
test.after.each(() => assert.equal(sandbox.listLeftovers(), []));

interface CallOptions {
  circumstance: string;
  /** Runs as `sh -c SCRIPT sh NODE…`. */
  script?: string;
}

function call({ circumstance, script = 'exec "$@"' }: CallOptions): Report[] {
  const directory = join(sandbox.directories.root, "..");
  const reports = join(directory, "reports");
  rmSync(reports, { force: true });
  const node = [process.execPath, "--import", "tsx", caller];
  const { status, signal, stdout, stderr } = spawnSync("sh", ["-c", script, "sh", ...node], {
    env: { ...process.env, CALLER: JSON.stringify({ directory, circumstance }) },
    encoding: "utf8",
    timeout: slow ? 600_000 : 100_000,
    killSignal: "SIGKILL",
  });
  assert.is(status, 0, `${signal} ${stdout}${stderr}`);
  const lines = readFileSync(reports, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** Each start went well or says what it lacks, and left nothing. */
function expectWhole(reports: Report[]): void {
  for (const { circumstance, code, message, stdout, left } of reports) {
    assert.equal(left, [], `${circumstance}: ${message}`);
    if (code === "started") assert.match(stdout, /end\n$/, circumstance);
    else assert.match(message, /^failed to .*: /, circumstance);
  }
}

for (const circumstance of ["few descriptors", "small files", "no processes"]) {
  test(`${circumstance} are told, or enough`, () => expectWhole(call({ circumstance })));
}

for (const circumstance of ["no directory", "many signals", "crowd", "dying workers"]) {
  test(`${circumstance}: no matter`, () => expectStarted(call({ circumstance })));
}

function expectStarted(reports: Report[]): void {
  expectWhole(reports);
  for (const { code, message } of reports) assert.is(code, "started", message);
}

/** What a shell does to its mount namespace or its descriptors before it starts Node. */
const scripts: Readonly<Record<string, string>> = {
  "closed standard streams": 'exec "$@" <&- >&- 2>&-',
  "broken pipes": 'exec "$@" <&- | true',
  "ignored SIGCHLD and SIGPIPE": `trap "" CHLD PIPE; exec "$@"`,
  "hidepid=2":
    'exec unshare --mount sh -c "mount -t proc -o hidepid=2 proc /proc; exec \\"\\$@\\"" sh "$@"',
};

for (const [name, script] of Object.entries(scripts)) {
  test(`${name}: no matter`, () => expectStarted(call({ circumstance: "plain", script })));
}

// As on a kernel that lacks it: the limits of a user namespace of our own are ours to set.
const kinds = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
for (const kind of slow ? ["pid"] : kinds) {
  test(`without namespaces of kind ${kind} it is told`, () => {
    const limit = `echo 0 > /proc/sys/user/max_${kind}_namespaces`;
    const script = `exec unshare -Ur sh -c '${limit}; exec "$@"' sh "$@"`;
    for (const { code, message, left } of call({ circumstance: "plain", script })) {
      assert.is(code, "LAUNCH_FAILED", message);
      assert.match(
        message,
        /^failed to (?:clone a process|make a user namespace|.*namespace): ENOSPC/,
      );
      // The next start cannot succeed either, but nothing else is left.
      assert.equal(
        left.filter((what) => !what.startsWith("the next start: ")),
        [],
      );
    }
  });
}

test("without /proc it is told", () => {
  const script = 'exec unshare --mount sh -c "mount -t tmpfs none /proc; exec \\"\\$@\\"" sh "$@"';
  const directory = join(sandbox.directories.root, "..");
  const program = `
    const { run } = await import(${JSON.stringify(library)});
    await run({ source: { image: "busybox" }, directories: ${JSON.stringify(sandbox.directories)}, command: ["true"] })
      .catch((error) => console.log(error.code, error.message));`;
  const node = [process.execPath, "--input-type=module", "-e", program];
  const { stdout, stderr } = spawnSync("sh", ["-c", script, "sh", ...node], {
    encoding: "utf8",
    cwd: directory,
  });
  assert.match(stdout, /^[A-Z_]+ failed to .*\/proc/, stderr);
});

test("of a caller in a chroot, a container cannot break out further", () => {
  const directory = join(sandbox.directories.root, "..");
  const host = join(directory, "host");
  mkdirSync(host);
  const breakOut = join(directory, "break-out");
  const source = fileURLToPath(new URL("./break-out.c", import.meta.url));
  execFileSync("cc", ["-O2", "-static", "-D_GNU_SOURCE", source, "-o", breakOut]);
  const options = {
    source: { image: "busybox" },
    directories: sandbox.directories,
    command: ["/break-out", fileURLToPath(import.meta.url)],
    mounts: [{ type: "bind", source: breakOut, target: "/break-out" }],
  };
  const program = `
    const { run } = await import(${JSON.stringify(library)});
    console.log(String((await run(${JSON.stringify(options)})).stdout).trim());`;
  const script = `mount --rbind / ${host}; exec chroot ${host} "$@"`;
  const node = [process.execPath, "--input-type=module", "-e", program];
  const { stdout, stderr } = spawnSync("unshare", ["--mount", "sh", "-c", script, "sh", ...node], {
    encoding: "utf8",
  });
  assert.is(stdout, "in\n", stderr);
});

if (obstacle === undefined) test.run();
