import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ImageStore } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startContainer } from "../../src/lifecycle/start-container.ts";
import type { MountOption, RunOptions } from "../../src/options.ts";
import { run } from "../../src/run.ts";
import { createVolume } from "../../src/volumes/create-volume.ts";
import { listVolumes } from "../../src/volumes/list-volumes.ts";
import { removeVolume } from "../../src/volumes/remove-volume.ts";
import { findObstacle, makeSandbox, type Sandbox } from "../sandbox.ts";

const test = suite("volumes of containers");
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`SKIP volumes of containers: ${obstacle}`);

let sandbox: Sandbox;
let layer: string;
test.before(async () => {
  sandbox = await makeSandbox();
  const image = await ImageStore.open(sandbox.directories).inspect("busybox");
  layer = image.layers[0] ?? "";
});
test.after(() => sandbox.remove());
test.after.each(async () => {
  assert.equal(sandbox.listLeftovers(), []);
  const { directories } = sandbox;
  for (const { name } of await listVolumes({ directories })) {
    assert.not.match(name, /^[0-9a-f]{64}$/);
    await removeVolume({ name, directories });
  }
  const { root } = directories;
  if (existsSync(join(root, "volumes"))) assert.equal(readdirSync(join(root, "volumes")), []);
});

const shell = async (script: string, mounts: MountOption[], options: Partial<RunOptions> = {}) => {
  const { directories } = sandbox;
  const result = await run({
    source: { image: "busybox" },
    directories,
    command: ["sh", "-c", script],
    mounts,
    ...options,
  });
  return `${result.stdout}${result.stderr}`.trim();
};

const volume = (options: Partial<MountOption & { type: "volume" }> = {}): MountOption => ({
  type: "volume",
  source: "data",
  target: "/data",
  ...options,
});

const locate = (...parts: string[]): string =>
  join(sandbox.directories.root, "volumes/data/_data", ...parts);

/** Puts a tree of all kinds of things in the image, for one test. */
function fillImage(path: string): Disposable {
  const directory = join(layer, path);
  mkdirSync(directory);
  const script = `cd "$0"; echo text > file; ln file again; ln -s /etc/passwd absolute; ln -s file relative
    mkfifo fifo; mknod null c 1 3; mkdir -p closed/deep; echo x > closed/deep/x; chmod 500 closed; chown 12:34 closed
    truncate -s 1M sparse; chmod 4750 file; chown 1000:1001 .; chmod 1770 .; touch -d @1000000000 file; : > "$(printf 'new\\nline')"`;
  execFileSync("sh", ["-c", script, directory]);
  // setfattr(1) is not everywhere.
  execFileSync("python3", [
    "-c",
    `import os; os.setxattr(${JSON.stringify(join(directory, "file"))}, "user.mark", b"kept")`,
  ]);
  return { [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

test("what one container writes, the next one reads", async () => {
  await shell("echo kept > /data/file", [volume()]);
  assert.is(await shell("cat /data/file", [volume()]), "kept");
  assert.match(await shell("echo x > /data/file", [volume({ readonly: true })]), "Read-only");
});

test("a volume of its own goes with the container", async () => {
  const { directories } = sandbox;
  await using container = await startContainer({
    source: { image: "busybox" },
    directories,
    command: ["sleep", "1000"],
    mounts: [{ type: "volume", target: "/own" }],
  });
  const [own] = await listVolumes({ directories, dangling: false });
  assert.match(own?.name ?? "", /^[0-9a-f]{64}$/);
  const error = await removeVolume({ name: own?.name ?? "", directories }).catch((e) => e);
  assert.match(error.message, container.id);
});

test("an empty volume gets what the image has, with all that belongs to it", async () => {
  using _content = fillImage("content");
  await shell("true", [volume({ target: "/content" })]);
  const original = join(layer, "content");
  const list = (directory: string): string =>
    execFileSync("find", [".", "-printf", "%p %M %U:%G %n %l %T@ %s\n"], {
      cwd: directory,
      encoding: "utf8",
    })
      .split("\n")
      .filter((line) => !line.startsWith(". "))
      .sort()
      .join("\n");
  assert.is(list(locate()), list(original));
  const [copy, first] = [statSync(locate()), statSync(original)];
  assert.equal([copy.mode, copy.uid, copy.gid], [first.mode, first.uid, first.gid]);
  assert.is(statSync(locate("file")).ino, statSync(locate("again")).ino);
  assert.is(readlinkSync(locate("absolute")), "/etc/passwd");
  assert.ok(statSync(locate("sparse")).blocks < 16);
  const mark = `import os; print(os.getxattr(${JSON.stringify(locate("file"))}, "user.mark").decode())`;
  assert.is(execFileSync("python3", ["-c", mark], { encoding: "utf8" }).trim(), "kept");
});

test("a volume that holds something, or with copy off, is left as it is", async () => {
  using _content = fillImage("content");
  const target = "/content";
  assert.is(await shell("ls -A /content", [volume({ target, copy: false })]), "");
  writeFileSync(locate("own"), "");
  assert.is(await shell("ls -A /content", [volume({ target })]), "own");
});

test("a root directory fills volumes as an image does", async () => {
  using _content = fillImage("content");
  await shell("true", [volume({ target: "/content" })], { source: { rootfs: layer } });
  assert.is(readFileSync(locate("file"), "utf8"), "text\n");
});

test("links in the image end inside the image", async () => {
  const script =
    'cd "$0"; mkdir -p trap real/in; echo inside > real/in/file; ln -s /real trap/absolute; ln -s ../../../../real trap/relative; ln -s "$1" trap/host; ln -s loop trap/loop';
  const secret = join(sandbox.directories.root, "secret");
  mkdirSync(secret);
  writeFileSync(join(secret, "key"), "secret");
  execFileSync("sh", ["-c", script, layer, secret]);
  try {
    // What lies behind that link in the image is nothing, whatever lies there on the host.
    assert.is(await shell("ls /trap/host", [volume({ target: "/trap/host" })]), "");
    assert.equal(readdirSync(locate()), []);
    for (const [target, expected] of [
      ["/trap/absolute/in", "file"],
      ["/trap/relative/in", "file"],
    ] as const) {
      assert.is(await shell("true", [volume({ target })]), "");
      assert.equal(readdirSync(locate()), [expected], target);
      await removeVolume({ name: "data", directories: sandbox.directories });
    }
  } finally {
    execFileSync("rm", ["-rf", join(layer, "trap"), join(layer, "real")]);
  }
});

test("many containers that start at once find one volume that is filled", async () => {
  using _content = fillImage("content");
  const outputs = await Promise.all(
    Array.from({ length: 8 }, () => shell("ls /content | wc -l", [volume({ target: "/content" })])),
  );
  assert.equal(new Set(outputs), new Set([outputs[0]]));
  assert.ok(Number(outputs[0]) > 5);
});

test("one that another container uses is not exchanged below it", async () => {
  using _content = fillImage("content");
  const { directories } = sandbox;
  await using container = await startContainer({
    source: { image: "busybox" },
    directories,
    command: ["sh", "-c", "read line; cat /elsewhere/message"],
    mounts: [volume({ target: "/elsewhere" })],
    stdin: "pipe",
  });
  assert.is(
    await shell("echo seen > /content/message; ls /content", [volume({ target: "/content" })]),
    "message",
  );
  container.stdin?.end("go\n");
  const chunks: Buffer[] = [];
  for await (const chunk of container.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  assert.is(Buffer.concat(chunks).toString(), "seen\n");
});

test("a part of a volume is mounted, and no link in it leads out", async () => {
  await createVolume({ name: "data", directories: sandbox.directories });
  execFileSync("sh", [
    "-c",
    'cd "$0"; mkdir part; echo inside > part/file; ln -s /etc out; ln -s part in',
    locate(),
  ]);
  for (const subpath of ["part", "in"]) {
    assert.is(await shell("cat /data/file", [volume({ subpath })]), "inside");
  }
  assert.is(await shell("cat /data", [volume({ subpath: "part/file" })]), "inside");
  for (const subpath of ["out", "none"]) {
    const error = await shell("true", [volume({ subpath })]).catch((e) => e);
    assert.is(error.code, "MOUNT_SOURCE_NOT_FOUND", subpath);
  }
});

test("on disk are the ids that containers see, whichever are theirs on the host", async () => {
  using _content = fillImage("content");
  const mounts = [volume({ target: "/content" })];
  const script = "stat -c %u:%g /content/closed; touch /content/made; stat -c %u:%g /content/made";
  const printed = await shell(script, mounts, { userns: "auto" }).catch((e) => e);
  if (printed.code === "IDMAP_UNAVAILABLE")
    return console.log(`SKIP mapped ids: ${printed.message}`);
  assert.is(printed, "12:34\n0:0");
  assert.equal([statSync(locate("closed")).uid, statSync(locate("made")).uid], [12, 0]);
  const part = await shell("ls /part", [volume({ target: "/part", subpath: "closed" })], {
    userns: "auto",
  });
  assert.is(part, "deep");
});

test("a start that fails takes its own volumes with it", async () => {
  const error = await shell("true", [
    { type: "volume", target: "/own" },
    volume({ subpath: "none" }),
  ]).catch((e) => e);
  assert.is(error.code, "MOUNT_SOURCE_NOT_FOUND");
});

test("a full disk fails the start, and the volume stays empty", async () => {
  using _content = fillImage("content");
  writeFileSync(join(layer, "content/large"), Buffer.alloc(8 * 2 ** 20, 1));
  const volumes = join(sandbox.directories.root, "volumes");
  mkdirSync(volumes, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "small", volumes]);
  try {
    const error = await shell("true", [volume({ target: "/content" })]).catch((e) => e);
    assert.is(error.code, "COPY_UP_FAILED");
    assert.match(error.message, "no space left");
    assert.equal(readdirSync(locate()), []);
    await removeVolume({ name: "data", directories: sandbox.directories });
  } finally {
    execFileSync("umount", ["-l", volumes]);
  }
});

test("an abort while a volume is filled leaves nothing", async () => {
  using _content = fillImage("content");
  writeFileSync(join(layer, "content/large"), Buffer.alloc(32 * 2 ** 20, 1));
  const volumes = join(sandbox.directories.root, "volumes");
  const controller = new AbortController();
  const reason = new Error("enough");
  const started = shell("true", [volume({ target: "/content" })], { signal: controller.signal });
  let ended = false;
  const error = started.catch((error) => error).finally(() => (ended = true));
  const isCopying = () =>
    existsSync(volumes) &&
    readdirSync(volumes).some((name) => existsSync(join(volumes, name, "copy")));
  while (!isCopying() && !ended) await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort(reason);
  assert.is(await error, reason);
  assert.equal(readdirSync(locate()), []);
});

if (obstacle === undefined) test.run();
