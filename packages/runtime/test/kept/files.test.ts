import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import * as assert from "uvu/assert";
import { readEntry } from "../../src/files/tree.ts";
import { unpackTree } from "../../src/files/unpack-tree.ts";
import {
  copyFromContainer,
  copyIntoContainer,
  statContainerPath,
} from "../../src/kept/copy-files.ts";
import { diffContainer } from "../../src/kept/diff-container.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { openFiles } from "../../src/kept/open-files.ts";
import { killContainer, stopContainer, waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { describeKept, rejects } from "./kept-sandbox.ts";

const { test, create, start, target } = describeKept("files of containers");

/** A directory of a test's own on this machine. */
class Outside implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "dockher-files-"));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

function archive(...entries: Parameters<ReturnType<typeof pack>["entry"]>[0][]): Readable {
  const packed = pack();
  for (const header of entries) packed.entry(header, header.type === "file" ? "text" : "");
  packed.finalize();
  return Readable.from(packed);
}

test("out of a container and into another, running or not, with all that a file has", async () => {
  using outside = new Outside();
  const from = await start(
    "mkdir -p /a/b; echo text > /a/file; ln /a/file /a/second; ln -s ../x /a/b/link; mkfifo /a/fifo; touch -t 202001020304 /a/file; chown 7:8 /a/file; chmod 4711 /a/file; read go",
    { openStdin: true },
  );
  while ((await statContainerPath({ ...target(from), path: "/a/file" }))?.mode !== 0o4711);
  for (const state of ["running", "stopped"]) {
    const { id: to } = await create("true");
    const skipped: string[] = [];
    await copyIntoContainer({
      ...target(to),
      path: "/",
      archive: await copyFromContainer({ ...target(from), path: "/a", as: state }),
      owner: "archive",
      onSkipped: (name) => skipped.push(name),
    });
    assert.equal(skipped, [`${state}/fifo`]);
    await unpackTree({
      tree: { root: outside.path },
      into: "/",
      archive: await copyFromContainer({ ...target(to), path: `/${state}` }),
      owner: "archive",
    });
    const copy = join(outside.path, state);
    const { mode, uid, gid, mtime, nlink } = lstatSync(join(copy, "file"));
    assert.equal([mode & 0o7777, uid, gid, nlink], [0o4711, 7, 8, 2]);
    assert.is(mtime.getFullYear(), 2020);
    assert.is(readFileSync(join(copy, "second"), "utf8"), "text\n");
    assert.is(readlinkSync(join(copy, "b/link")), "../x");
    await killContainer(target(from)).catch(() => {});
    await waitContainer(target(from));
  }
});

test("no link of the container leads out of it, read or written", async () => {
  using outside = new Outside();
  const secret = join(outside.path, "secret");
  writeFileSync(secret, "outside\n");
  const id = await start(
    `ln -s ${outside.path} /absolute; ln -s ../../../../../../..${outside.path} /relative; ln -s /proc/1/root /magic; mkdir /ready; read go`,
    { openStdin: true },
  );
  while ((await statContainerPath({ ...target(id), path: "/ready" })) === undefined);
  for (const link of ["/absolute", "/relative", "/magic"]) {
    const inside = await copyFromContainer({ ...target(id), path: `${link}/secret` }).catch(
      (error: { code: string }) => error.code,
    );
    if (inside instanceof Readable) {
      assert.not.match((await buffer(inside)).toString(), "outside");
    } else {
      assert.match(inside, /PATH_NOT_FOUND|INVALID_PATH|ENOENT/);
    }
    const file = { name: `${link.slice(1)}/written`, type: "file", size: 4 } as const;
    await copyIntoContainer({ ...target(id), path: "/", archive: archive(file) }).catch(() => {});
    assert.not.ok(existsSync(join(outside.path, "written")), link);
  }
  assert.is(readFileSync(secret, "utf8"), "outside\n");
});

test("whoever exchanges directories for links meanwhile leads nobody out", async () => {
  using outside = new Outside();
  mkdirSync(join(outside.path, "deep"));
  writeFileSync(join(outside.path, "deep/secret"), "outside\n");
  const id = await start(
    `mkdir -p /way/deep; ln -s ${outside.path} /link; while :; do mv /way /aside; mv /link /way; mv /way /link; mv /aside /way; done`,
  );
  const file = { name: "way/deep/written", type: "file", size: 4 } as const;
  for (let round = 0; round < 200; round++) {
    await copyIntoContainer({ ...target(id), path: "/", archive: archive(file) }).catch(() => {});
    const stream = await copyFromContainer({ ...target(id), path: "/way/deep" }).catch(
      () => undefined,
    );
    const text = stream === undefined ? "" : (await buffer(stream).catch(() => "")).toString();
    assert.not.match(text, "outside");
  }
  assert.equal(readdirSync(join(outside.path, "deep")), ["secret"]);
});

test("the root of a process that has the pid now, and not the container's start time, is nobody's", async () => {
  const { id } = await create("read go", { openStdin: true });
  await startKeptContainer(target(id));
  const file = join(inspectContainer(target(id)).directory, "state.json");
  const told = readFileSync(file, "utf8");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(told), pid: process.pid }));
  try {
    await rejects(statContainerPath({ ...target(id), path: "/" }), "CONTAINER_NOT_RUNNING");
    await rejects(copyFromContainer({ ...target(id), path: "/" }), "CONTAINER_NOT_RUNNING");
    const into = { ...target(id), path: "/", archive: archive() };
    await rejects(copyIntoContainer(into), "CONTAINER_NOT_RUNNING");
  } finally {
    writeFileSync(file, told);
  }
});

test("what was opened stays the container's when it ends meanwhile", async () => {
  const id = await start("echo text > /file; read go", { openStdin: true });
  while ((await statContainerPath({ ...target(id), path: "/file" }))?.size !== 5);
  await using files = await openFiles({ ...target(id), access: "read" });
  await killContainer(target(id));
  await waitContainer(target(id));
  assert.is(readEntry(files, "/file", { follow: false })?.size, 5);
});

test("what something is mounted on is not replaced, and nothing changes", async () => {
  const { id } = await create("read go", {
    openStdin: true,
    mounts: [{ type: "volume", source: "shelf", target: "/shelf" }],
  });
  const readHosts = async (): Promise<string> => {
    const stream = await copyFromContainer({ ...target(id), path: "/etc/hosts" });
    return (await buffer(stream)).toString();
  };
  const file = { name: "etc/hosts", type: "file", size: 4 } as const;
  const link = { name: "etc/hostname", type: "symlink", linkname: "passwd" } as const;
  const copy = (...entries: Parameters<typeof archive>) =>
    copyIntoContainer({ ...target(id), path: "/", archive: archive(...entries) });
  await rejects(copy(file), "INVALID_PATH");
  await rejects(copy({ name: "shelf/x", type: "file", size: 4 }), "INVALID_PATH");
  await startKeptContainer(target(id));
  const before = await readHosts();
  assert.match(before, "localhost");
  await rejects(copy(file), "INVALID_PATH");
  await rejects(copy(link), "INVALID_PATH");
  assert.is(await readHosts(), before);
  await copy({ name: "shelf/x", type: "file", size: 4 });
});

test("what fails to be unpacked says why, however much is still to come", async () => {
  const from = await start("head -c 30000000 /dev/zero > /big; mkdir /down; read go", {
    openStdin: true,
  });
  while ((await statContainerPath({ ...target(from), path: "/down" })) === undefined);
  const into = { ...target(from), path: "/" };
  await rejects(
    copyIntoContainer({
      ...into,
      archive: await copyFromContainer({ ...target(from), path: "/big", as: "down" }),
    }),
    "INVALID_PATH",
  );
  await rejects(
    copyIntoContainer({ ...into, archive: Readable.from([Buffer.alloc(700, 7)]) }),
    "INVALID_ARCHIVE",
  );
  const cut = (await buffer(archive({ name: "cut", type: "file", size: 4 }))).subarray(0, 514);
  await rejects(copyIntoContainer({ ...into, archive: Readable.from([cut]) }), "INVALID_ARCHIVE");
  const broken = new Readable({ read: () => broken.destroy(new Error("it broke")) });
  await rejects(copyIntoContainer({ ...into, archive: broken }), "INVALID_ARCHIVE");
});

test("whoever waits for an archive can be called off, and the container goes on", async () => {
  const { id } = await create("true");
  const controller = new AbortController();
  const reason = new Error("called off");
  const silent = new Readable({
    read: () => setImmediate(() => controller.abort(reason)),
  });
  const copied = copyIntoContainer({
    ...target(id),
    path: "/",
    archive: silent,
    signal: controller.signal,
  });
  assert.is(await copied.catch((error: unknown) => error), reason);
  assert.ok(silent.destroyed);
  await startKeptContainer(target(id));
  await waitContainer(target(id));
});

test("an archive that leads out of itself, or is none, is refused", async () => {
  using outside = new Outside();
  mkdirSync(join(outside.path, "in"));
  const unpack = (stream: Readable) =>
    unpackTree({
      tree: { root: join(outside.path, "in") },
      into: "/",
      archive: stream,
      owner: "own",
    });
  await rejects(unpack(archive({ name: "../x", type: "file", size: 4 })), "INVALID_ARCHIVE");
  await rejects(unpack(Readable.from([Buffer.alloc(1024, 7)])), "INVALID_ARCHIVE");
  await unpack(
    archive(
      { name: "up", type: "symlink", linkname: ".." },
      { name: "up/x", type: "file", size: 4 },
      { name: "/absolute", type: "file", size: 4 },
    ),
  );
  assert.equal(readdirSync(outside.path), ["in"]);
  assert.equal(readdirSync(join(outside.path, "in")).sort(), ["absolute", "up", "x"]);
  symlinkSync("nowhere", join(outside.path, "in/dangling"));
  await rejects(unpack(archive({ name: "up", type: "directory" })), "INVALID_PATH");
});

test("bad paths are refused, and so is what only one that runs has", async () => {
  const { id } = await create("true", {
    mounts: [{ type: "volume", source: "shelf", target: "/shelf" }],
  });
  await rejects(copyFromContainer({ ...target(id), path: "/nothing" }), "PATH_NOT_FOUND");
  await rejects(copyFromContainer({ ...target(id), path: "/bin/sh/x" }), "INVALID_PATH");
  await rejects(copyFromContainer({ ...target(id), path: "/shelf/x" }), "INVALID_PATH");
  const none = { ...target(id), archive: archive() };
  await rejects(copyIntoContainer({ ...none, path: "/bin/sh" }), "INVALID_PATH");
  await rejects(
    copyIntoContainer({ ...target("none"), path: "/", archive: archive() }),
    "CONTAINER_NOT_FOUND",
  );
  assert.is(await statContainerPath({ ...target(id), path: "/nothing" }), undefined);
});

test("a reader that stops lets go of the container", async () => {
  const { id } = await create("head -c 3000000 /dev/zero > /big");
  await startKeptContainer(target(id));
  await waitContainer(target(id));
  const stream = await copyFromContainer({ ...target(id), path: "/big" });
  stream.destroy();
  // The lock of one that does not run was the stream's.
  await startKeptContainer(target(id));
  await stopContainer(target(id));
});

test("one that does not run is read while it is written, by one after the other, and not started", async () => {
  const { id } = await create("head -c 3000000 /dev/zero > /big; mkdir /a /b");
  await startKeptContainer(target(id));
  await waitContainer(target(id));
  const read = await copyFromContainer({ ...target(id), path: "/big" });
  const again = await copyFromContainer({ ...target(id), path: "/big" });
  const controller = new AbortController();
  const { signal } = controller;
  const started = startKeptContainer({ ...target(id), signal });
  await Promise.all([
    copyIntoContainer({ ...target(id), path: "/a", archive: read }),
    copyIntoContainer({ ...target(id), path: "/b", archive: again }),
  ]);
  await started;
  await waitContainer(target(id));
  for (const path of ["/a/big", "/b/big"]) {
    assert.is((await statContainerPath({ ...target(id), path }))?.size, 3_000_000);
  }
});

test("a root filesystem without an image is read while it is written too", async () => {
  using outside = new Outside();
  for (const name of ["from", "to"]) mkdirSync(join(outside.path, name));
  writeFileSync(join(outside.path, "from/big"), Buffer.alloc(3_000_000));
  const { id } = await create("true", { source: { rootfs: outside.path } });
  const archive = await copyFromContainer({ ...target(id), path: "/from/big" });
  await copyIntoContainer({ ...target(id), path: "/to", archive });
  assert.is(lstatSync(join(outside.path, "to/big")).size, 3_000_000);
});

test("what a container has changed of its image", async () => {
  const { id } = await create(
    "rm /bin/vi; echo x > /etc/new; mkdir -p /a/b; touch /a-b; chmod 701 /root; touch -t 202001020304 /etc/passwd; chmod 644 /etc/group; rm -r /home; mkdir -m 755 /home; touch /var/x; rm /var/x; rm -r /mnt; touch /mnt",
    { mounts: [{ type: "volume", source: "desk", target: "/desk" }] },
  );
  assert.equal(await diffContainer(target(id)), []);
  await startKeptContainer(target(id));
  await waitContainer(target(id));
  const changes = await diffContainer(target(id));
  assert.equal(
    changes.map(({ kind, path }) => `${kind} ${path}`),
    [
      "added /a",
      "added /a-b",
      "added /a/b",
      "changed /bin",
      "deleted /bin/vi",
      "added /desk",
      "changed /etc",
      "added /etc/new",
      "changed /etc/passwd",
      "changed /mnt",
      "changed /root",
    ],
  );
  const { id: idle } = await create("true");
  await startKeptContainer(target(idle));
  await waitContainer(target(idle));
  assert.equal(await diffContainer(target(idle)), []);
  const { id: memory } = await create("true", { source: { image: "busybox", upper: "memory" } });
  await rejects(diffContainer(target(memory)), "DIFF_UNAVAILABLE");
});

test.run();
