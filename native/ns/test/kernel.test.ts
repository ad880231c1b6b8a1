import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import {
  findMissingSystemCalls,
  lock,
  O_PATH,
  openInRoot,
  openPidfd,
  sendSignal,
  tryLock,
} from "../src/index.js";

const suite = makeSuite("kernel", { directory: "" });

suite.before.each((context) => {
  context.directory = mkdtempSync(path.join(tmpdir(), "ns-kernel-"));
});
suite.after.each(({ directory }) => rmSync(directory, { recursive: true }));

suite("a file is opened inside the root only", ({ directory }) => {
  const root = path.join(directory, "root");
  mkdirSync(path.join(root, "etc"), { recursive: true });
  writeFileSync(path.join(directory, "passwd"), "outside");
  writeFileSync(path.join(root, "passwd"), "inside");
  symlinkSync("../../passwd", path.join(root, "etc/up"));
  symlinkSync("/passwd", path.join(root, "etc/absolute"));
  symlinkSync("/proc/self/root/passwd", path.join(root, "etc/magic"));
  for (const name of ["passwd", "/passwd", "../../passwd", "etc/up", "/etc/absolute"]) {
    const fd = openInRoot({ root, path: name });
    assert.is(readFileSync(fd, "utf8"), "inside", name);
    closeSync(fd);
  }
  assert.throws(
    () => openInRoot({ root, path: "etc/magic" }),
    /failed to open etc\/magic .*ENOENT/,
  );
  assert.throws(() => openInRoot({ root, path: "a\0b" }), /NUL/);
  const made = openInRoot({
    root,
    path: "etc/new",
    flags: constants.O_CREAT | constants.O_WRONLY,
    mode: 0o600,
  });
  assert.is(fstatSync(made).mode & 0o777, 0o600);
  closeSync(made);
});

suite("a FIFO does not hang the opener", ({ directory }) => {
  execFileSync("mkfifo", [path.join(directory, "fifo")]);
  const fd = openInRoot({ root: directory, path: "fifo" });
  assert.ok(fstatSync(fd).isFIFO());
  closeSync(fd);
});

suite("what stands for a device does not open it", ({ directory }) => {
  if (process.getuid?.() !== 0) return;
  execFileSync("mknod", [path.join(directory, "device"), "c", "4000", "77"]);
  assert.throws(() => openInRoot({ root: directory, path: "device" }), /ENXIO/);
  const fd = openInRoot({ root: directory, path: "device", flags: O_PATH });
  assert.ok(fstatSync(fd).isCharacterDevice());
  closeSync(fd);
});

suite("a lock keeps others out until its descriptor closes", async ({ directory }) => {
  const file = path.join(directory, "lock");
  const open = (): number => openSync(file, "a");
  const [first, second] = [open(), open()];
  assert.is(tryLock(first), true);
  assert.is(tryLock(second), false);
  const waiting = lock(second);
  closeSync(first);
  await waiting;
  const third = open();
  assert.is(tryLock(third, "shared"), false);
  const error = await lock(third, { signal: AbortSignal.timeout(20) }).catch((e: Error) => e);
  assert.is((error as Error).name, "AbortError");
  closeSync(second);
  const fourth = open();
  assert.is(tryLock(third, "shared"), true);
  assert.is(tryLock(fourth, "shared"), true);
  closeSync(third);
  closeSync(fourth);
  assert.throws(() => tryLock(third), /EBADF/);
});

suite("a pidfd stands for one process", async () => {
  const child = spawn("sleep", ["1000"]);
  assert.ok(child.pid);
  const pidfd = openPidfd(child.pid);
  assert.is(sendSignal(pidfd, 0), true);
  assert.is(sendSignal(pidfd, "SIGTERM"), true);
  const [, signal] = await once(child, "exit");
  assert.is(signal, "SIGTERM");
  assert.is(sendSignal(pidfd, 0), false);
  closeSync(pidfd);
  assert.throws(() => openPidfd(-1), /EINVAL/);
});

suite("this kernel knows what a start needs", () => {
  assert.equal(findMissingSystemCalls(), []);
});

suite.run();
