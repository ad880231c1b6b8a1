import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { ImageStore, removeTree } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RunOptions } from "../src/options.ts";
import type { RunResult } from "../src/result.ts";
import { run } from "../src/run.ts";
import { findObstacle, makeSandbox, type Sandbox } from "./sandbox.ts";

const test = suite("a hostile image");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP a hostile image: ${obstacle}`);

/** Makes what an image has where a runtime expects a file or a directory of its own. */
type Trap = (path: string) => void;

let sandbox: Sandbox;
let base: string;
/** A directory of the host that must stay as it is, with a file that nobody may read. */
let outside: string;
let untouched: string[];
let rootfs: string;
/** The topmost layer of the image. */
let layer: string;

test.before(async () => {
  sandbox = await makeSandbox();
  const [image] = await ImageStore.open(sandbox.directories).list();
  layer = image?.layers.at(-1) ?? "";
});
test.after(() => sandbox.remove());

test.before.each(() => {
  base = mkdtempSync(join(tmpdir(), "dockher-hostile-"));
  outside = join(base, "outside");
  mkdirSync(join(outside, "directory"), { recursive: true });
  writeFileSync(join(outside, "file"), "of the host\n");
  writeFileSync(join(outside, "passwd"), "evil:x:0:0::/:/bin/sh\n");
  writeFileSync(join(outside, "script"), "#!/bin/sh\necho of the host\n", { mode: 0o755 });
  untouched = describeTree(outside);
  rootfs = join(base, "rootfs");
  for (const name of ["bin", "dev", "etc", "proc", "sys"])
    mkdirSync(join(rootfs, name), { recursive: true });
  copyFileSync(join(layer, "bin/busybox"), join(rootfs, "bin/busybox"));
  symlinkSync("busybox", join(rootfs, "bin/sh"));
  symlinkSync("busybox", join(rootfs, "bin/cat"));
});
test.after.each(async () => {
  assert.equal(describeTree(outside), untouched, "something outside of the root has changed");
  assert.equal(sandbox.listLeftovers(), []);
  await removeTree(base);
});

/** Every entry below a directory with what a write would change; time of the last access apart. */
function describeTree(directory: string): string[] {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .concat(".")
    .sort()
    .map((name) => {
      const path = join(directory, name);
      const { mode, uid, gid, size, mtimeMs, ctimeMs, ino } = lstatSync(path);
      return [name, mode, uid, gid, size, mtimeMs, ctimeMs, ino].join(" ");
    });
}

const TRAPS: Readonly<Record<string, Trap>> = {
  "an absolute link out of the root": (path) => symlinkSync(join(outside, "directory"), path),
  "an absolute link to a file out of the root": (path) => symlinkSync(join(outside, "file"), path),
  "a relative link out of the root": (path) =>
    symlinkSync(relative(dirname(path), join(outside, "directory")), path),
  "a link past the root": (path) =>
    symlinkSync(`../../../../../../../../../..${outside}/directory`, path),
  "a dangling link": (path) => symlinkSync("/nowhere/at/all", path),
  "a dangling link out of the root": (path) => symlinkSync(join(outside, "new"), path),
  "a loop of links": (path) => {
    symlinkSync(`${path}-again`.slice(path.lastIndexOf("/") + 1), path);
    symlinkSync(path.slice(path.lastIndexOf("/") + 1), `${path}-again`);
  },
  "a magic link": (path) => symlinkSync("/proc/self/fd/0", path),
  "a FIFO": (path) => execFileSync("mkfifo", [path]),
  "a device": (path) => execFileSync("mknod", [path, "c", "1", "5"]),
  "a device without a driver": (path) => execFileSync("mknod", [path, "c", "4000", "77"]),
  "a file": (path) => writeFileSync(path, "a file\n"),
  "an empty directory": (path) => mkdirSync(path),
};

/** Puts a trap in the place of whatever is there. */
function setTrap(root: string, place: string, trap: Trap): void {
  const path = join(root, place);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  trap(path);
}

/** How the attempt to run a command in the hostile root has ended: what it printed, or the code of the refusal. */
async function attempt(options: Partial<RunOptions> = {}): Promise<RunResult | { code: string }> {
  const result: RunResult | { code: string } = await run({
    source: { rootfs },
    directories: sandbox.directories,
    command: ["/bin/cat", "/proc/self/mounts"],
    signal: AbortSignal.timeout(30_000),
    ...options,
  }).catch((error: Error & { code?: string }) => {
    assert.ok(error.name !== "TimeoutError", "it hangs");
    assert.ok(error.code !== undefined, error.stack);
    return { code: String(error.code) };
  });
  if ("reason" in result) {
    assert.is(result.reason, "exited", result.reason);
    assert.not.match(result.stdout.toString(), "of the host");
  }
  return result;
}

function expectRefusal(result: RunResult | { code: string }, code: string): void {
  assert.is("code" in result ? result.code : `it ran: ${result.stdout}`, code);
}

function expectSuccess(result: RunResult | { code: string }): RunResult {
  if ("code" in result) throw new Error(`it is refused: ${result.code}`);
  assert.equal(result.status, { exitCode: 0 }, result.stderr.toString());
  return result;
}

for (const place of ["dev", "proc", "sys"])
  for (const [what, trap] of Object.entries(TRAPS))
    test(`/${place} is ${what}`, async () => {
      setTrap(rootfs, place, trap);
      const result = await attempt();
      if (what === "an empty directory") expectSuccess(result);
      else expectRefusal(result, "LAUNCH_FAILED");
    });

for (const [what, trap] of Object.entries(TRAPS)) {
  test(`the target of a mount is ${what}`, async () => {
    setTrap(rootfs, "data", trap);
    for (const mount of [
      { type: "tmpfs", target: "/data" },
      { type: "bind", source: base, target: "/data" },
      { type: "bind", source: join(outside, "passwd"), target: "/data" },
      { type: "tmpfs", target: "/data/below/it" },
    ] as const)
      await attempt({ mounts: [mount] });
  });

  test(`the working directory is ${what}`, async () => {
    setTrap(rootfs, "place", trap);
    for (const cwd of ["/place", "/place/below/it"])
      await attempt({ cwd, command: ["/bin/cat", "file", "../outside/file", "../file"] });
  });

  test(`the command is ${what}`, async () => {
    setTrap(rootfs, "bin/sh", trap);
    const result = await attempt({ command: ["/bin/sh"] });
    assert.match("code" in result ? result.code : "it ran", /^COMMAND_NOT_(FOUND|EXECUTABLE)$/);
  });

  for (const name of ["passwd", "group"])
    test(`/etc/${name} is ${what}`, async () => {
      setTrap(rootfs, `etc/${name}`, trap);
      const result = await attempt({ user: name === "passwd" ? "evil" : "0:evil" });
      const isNoFile = /FIFO|device|directory$/.test(what) && !what.includes("link");
      const missing = name === "passwd" ? "USER_NOT_FOUND" : "GROUP_NOT_FOUND";
      expectRefusal(result, isNoFile ? "INVALID_IMAGE" : missing);
    });

  for (const name of ["hostname", "hosts", "resolv.conf"])
    test(`/etc/${name} is ${what}`, async () => {
      const original = join(base, "original");
      execFileSync("cp", ["-a", join(layer, "etc"), original]);
      setTrap(layer, `etc/${name}`, trap);
      try {
        const result = await attempt({
          source: { image: "busybox" },
          command: ["sh", "-c", "cat /etc/hosts; hostname"],
        });
        if (/dangling|out of the root|link past|file$|FIFO|device/.test(what))
          expectSuccess(result);
        else assert.ok("code" in result, "it ran");
      } finally {
        execFileSync("sh", ["-c", 'rm -rf "$1/etc" && cp -a "$2" "$1/etc"', "sh", layer, original]);
      }
    });
}

test("/etc/passwd is a link to the host's", async () => {
  setTrap(rootfs, "etc/passwd", (path) => symlinkSync(join(outside, "passwd"), path));
  expectRefusal(await attempt({ user: "evil" }), "USER_NOT_FOUND");
});

test("/etc/passwd is a socket", async () => {
  const path = join(rootfs, "etc/passwd");
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once("listening", resolve));
  try {
    expectRefusal(await attempt({ user: "evil" }), "INVALID_IMAGE");
  } finally {
    server.close();
  }
});

test("/etc/passwd is 1 GiB of nothing", async () => {
  writeFileSync(join(rootfs, "etc/passwd"), "");
  truncateSync(join(rootfs, "etc/passwd"), 2 ** 30);
  expectRefusal(await attempt({ user: "evil" }), "INVALID_IMAGE");
});

test("/etc/passwd and /etc/group are malformed", async () => {
  const lines = [
    "evil",
    "evil:x",
    "evil:x:-1:0::/:",
    "evil:x:4294967296:0::/:",
    ":::::",
    "\0",
    "evil:x:1 :1::/:",
  ];
  writeFileSync(join(rootfs, "etc/passwd"), lines.join("\n"));
  writeFileSync(join(rootfs, "etc/group"), lines.join("\n"));
  expectRefusal(await attempt({ user: "evil" }), "USER_NOT_FOUND");
  expectRefusal(await attempt({ user: "0:evil" }), "GROUP_NOT_FOUND");
  expectSuccess(await attempt({ user: "0:0" }));
});

test("/etc is a link to the host's", async () => {
  setTrap(rootfs, "etc", (path) => symlinkSync(outside, path));
  expectRefusal(await attempt({ user: "evil" }), "USER_NOT_FOUND");
});

test("the working directory is a descriptor or the root of a process", async () => {
  for (const cwd of [
    ..."/proc/self/fd/0 /proc/self/fd/3 /proc/self/fd/7 /proc/self/fd/9 /proc/1/fd/3".split(" "),
    ..."/proc/self/cwd /proc/self/root /proc/1/root /proc/self/fd/7/../..".split(" "),
  ]) {
    const result = await attempt({ cwd, command: ["/bin/cat", "outside/file"] });
    assert.ok("code" in result, `${cwd} is taken`);
  }
});

test("the working directory is a link to a descriptor", async () => {
  for (let fd = 3; fd < 40; fd++) {
    setTrap(rootfs, "place", (path) => symlinkSync(`/proc/self/fd/${fd}`, path));
    expectRefusal(await attempt({ cwd: "/place" }), "LAUNCH_FAILED");
  }
});

test("the shell is a link out of the root, and so is a script's interpreter", async () => {
  setTrap(rootfs, "bin/sh", (path) => symlinkSync(join(outside, "script"), path));
  expectRefusal(await attempt({ command: ["sh", "-c", "true"] }), "COMMAND_NOT_FOUND");
  writeFileSync(join(rootfs, "bin/script"), "#!/bin/sh\n", { mode: 0o755 });
  expectRefusal(await attempt({ command: ["/bin/script"] }), "COMMAND_NOT_EXECUTABLE");
});

test("/sys/fs/cgroup, /dev/null and /dev/pts are links out of the root", async () => {
  for (const name of ["sys/fs/cgroup", "dev/null", "dev/pts", "dev/shm", "dev/console"])
    setTrap(rootfs, name, (path) => symlinkSync(join(outside, "directory"), path));
  const { stdout } = expectSuccess(await attempt());
  assert.match(stdout.toString(), / \/dev\/pts devpts /);
});

test("what is masked is a link of the image's", async () => {
  setTrap(rootfs, "proc/kcore", (path) => symlinkSync(join(outside, "file"), path));
  setTrap(rootfs, "sys/firmware", (path) => symlinkSync(join(outside, "directory"), path));
  expectSuccess(await attempt());
});

test("a volume's target is made below a link inside the root", async () => {
  mkdirSync(join(rootfs, "real"));
  symlinkSync("/real", join(rootfs, "link"));
  const mounts = [{ type: "tmpfs", target: "/link/deep/er" }] as const;
  const { stdout } = expectSuccess(await attempt({ mounts: [...mounts] }));
  assert.match(stdout.toString(), / \/real\/deep\/er tmpfs /);
});

test("attributes of overlayfs in a layer lead nowhere", async () => {
  const names = ["redirected", "copied"];
  mkdirSync(join(layer, "redirected"));
  writeFileSync(join(layer, "copied"), "");
  const script = `
import os, sys
layer, target = sys.argv[1:]
os.setxattr(layer + "/redirected", "trusted.overlay.redirect", target.encode())
os.setxattr(layer + "/redirected", "trusted.overlay.opaque", b"x")
os.setxattr(layer + "/copied", "trusted.overlay.redirect", (target + "/file").encode())
os.setxattr(layer + "/copied", "trusted.overlay.metacopy", b"")
os.mknod(layer + "/gone", 0o020000, os.makedev(0, 0))
`;
  try {
    execFileSync("python3", ["-c", script, layer, `/../../../../../../../..${outside}`]);
    await attempt({
      source: { image: "busybox" },
      command: ["sh", "-c", "cat /copied /redirected/file; ls /gone; true"],
    });
  } finally {
    for (const name of [...names, "gone"])
      rmSync(join(layer, name), { recursive: true, force: true });
  }
});

test("the traps are traps: a start that follows names would write outside", () => {
  setTrap(rootfs, "dev", TRAPS["an absolute link out of the root"] as Trap);
  assert.ok(existsSync(join(rootfs, "dev/.")));
  assert.is(readlinkSync(join(rootfs, "dev")), join(outside, "directory"));
  assert.is(readFileSync(`${rootfs}/dev/../file`, "utf8"), "of the host\n");
});

if (obstacle === undefined) test.run();
