import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Container } from "../src/container-handle.ts";
import { RuntimeError } from "../src/error.ts";
import { startContainer } from "../src/lifecycle/start-container.ts";
import type { ContainerOptions, RunOptions } from "../src/options.ts";
import { run } from "../src/run.ts";
import { findNobodyObstacle, type NobodysIds, nobody, runAsNobody } from "./run-as-nobody.ts";
import { findIdmapObstacle, findObstacle, makeSandbox, type Sandbox } from "./sandbox.ts";

const FULL_RANGE = 65_536;

const hasCode = (code: string) => (error: unknown) =>
  error instanceof RuntimeError && error.code === code;

/** The sandbox's image and directories, which a test's options come on top of. */
function describe(sandbox: Sandbox): ContainerOptions {
  return { source: { image: "busybox" }, directories: sandbox.directories };
}

/** What is rejected is checked; what is not is an error. */
async function assertRejects(promise: Promise<unknown>, check: (error: unknown) => boolean) {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(check(error), String(error));
}

function addSandbox(test: ReturnType<typeof suite>, owner: number): () => Sandbox {
  let sandbox: Sandbox | undefined;
  test.before(async () => {
    sandbox = await makeSandbox();
    await sandbox.giveTo(owner);
  });
  test.after(() => sandbox?.remove());
  return () => sandbox as Sandbox;
}

/** Makes a directory that the container shows as a volume. */
function makeVolume(sandbox: Sandbox): string {
  const path = join(sandbox.directories.root, "../volume");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "old"), "old\n");
  return path;
}

const rootObstacle = findObstacle();
const idmapObstacle = await findIdmapObstacle();

addMapped();

function addMapped(): void {
  const test = suite("ids of its own");
  const sandbox = addSandbox(test, 0);
  const start = (options: Partial<ContainerOptions>): Promise<Container> =>
    startContainer({ ...describe(sandbox()), userns: "auto", ...options });
  const print = async (options: Partial<RunOptions>): Promise<string> => {
    const result = await run({ ...describe(sandbox()), userns: "auto", ...options });
    return result.stdout.toString() + result.stderr.toString();
  };
  const outsideUid = ({ pid }: Container): number =>
    Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

  test("no two containers have the same, and they are on record while they run", async () => {
    const options: Partial<ContainerOptions> = { command: ["cat"], stdin: "pipe" };
    await using one = await start(options);
    await using other = await start(options);
    const starts = [outsideUid(one), outsideUid(other)];
    for (const [index, { id }] of [one, other].entries()) {
      assert.ok(sandbox().listLeftovers().includes(`${id}.ids`));
      assert.ok((starts[index] ?? 0) >= FULL_RANGE);
    }
    assert.ok(Math.abs((starts[0] ?? 0) - (starts[1] ?? 0)) >= FULL_RANGE);
  });

  test("leave nothing behind", () => assert.equal(sandbox().listLeftovers(), []));

  test("files have the ids that the container sees, on the host too", async () => {
    const volume = makeVolume(sandbox());
    const seen = await print({
      command: [
        "sh",
        "-c",
        "stat -c %u:%g /bin /v/old; cd /v; touch new; touch mine; chown 7:8 mine; stat -c %u:%g *",
      ],
      mounts: [{ type: "bind", source: volume, target: "/v" }],
    });
    assert.is(seen, "0:0\n0:0\n7:8\n0:0\n0:0\n");
    const { uid, gid } = statSync(join(volume, "mine"));
    assert.equal([uid, gid], [7, 8]);
    assert.is(statSync(join(volume, "new")).uid, 0);
  });

  test("so do the files of the container itself, in memory and on disk", async () => {
    for (const upper of ["disk", "memory"] as const) {
      const seen = await print({
        source: { image: "busybox", upper },
        command: [
          "sh",
          "-c",
          "mkdir /d; touch /d/f; chown 5 /d/f; rm /bin/true; echo x >> /etc/passwd; stat -c %u /d /d/f /etc/passwd",
        ],
      });
      assert.is(seen, "0\n5\n0\n", upper);
    }
  });

  test("a directory as root keeps its owners, and closes to writing", async () => {
    const layers = join(sandbox().directories.root, "images/layers");
    const [layer = ""] = readdirSync(layers);
    const options = { source: { rootfs: join(layers, layer, "diff") }, readonly: true };
    const seen = await print({
      ...options,
      command: ["sh", "-c", "stat -c %u /bin; touch /x 2>&1"],
    });
    assert.match(seen, /^0\n.*Read-only file system/);
  });

  test("a user of the image's owns its streams and its terminal", async () => {
    const user = { user: "1000:1000" };
    const seen = await print({ ...user, command: ["sh", "-c", "echo out > /dev/stdout; id -u"] });
    assert.is(seen, "out\n1000\n");
    await using container = await start({
      ...user,
      command: ["sh", "-c", "echo in > /dev/tty && [ $(stat -c %u $(tty)) = 1000 ] && exit 7"],
      terminal: { rows: 24, columns: 80 },
    });
    assert.equal((await container.wait()).status, { exitCode: 7 });
  });

  test("its own network and host name are its root's to rule, mounts are not", async () => {
    const seen = await print({
      command: [
        "sh",
        "-c",
        "hostname other && hostname; ip link set lo down && echo down; umount /proc 2>&1; mount -t tmpfs x /mnt 2>&1",
      ],
      capAdd: ["SYS_ADMIN", "NET_ADMIN"],
    });
    assert.match(seen, /^other\ndown\numount: .*not permitted\nmount: .*(denied|not permitted)/);
  });

  test("what cannot be mapped is refused by name", async () => {
    const mounts = [{ type: "bind", source: "/proc/sys", target: "/v" }] as const;
    await assertRejects(
      start({ command: ["true"], mounts: [...mounts] }),
      (error) => hasCode("IDMAP_UNAVAILABLE")(error) && /\/proc\/sys/.test(String(error)),
    );
    await assertRejects(start({ command: ["true"], user: "70000" }), hasCode("USER_NOT_MAPPED"));
    await assertRejects(start({ command: ["true"], privileged: true }), hasCode("INVALID_USERNS"));
    assert.equal(sandbox().listLeftovers(), []);
  });

  test("limits hold", async () => {
    const result = await run({
      ...describe(sandbox()),
      userns: "auto",
      command: ["sh", "-c", "tail /dev/zero"],
      limits: { memory: 16 * 2 ** 20 },
    });
    assert.is(result.reason, "oom-killed");
  });

  if (idmapObstacle === undefined) test.run();
  else console.log(`SKIP ids of its own: ${idmapObstacle}`);
}

for (const ids of ["full", "single"] as const) addRootless(ids);

function addRootless(ids: NobodysIds): void {
  const name = `without root, ${ids === "full" ? "with subordinate ids" : "with a single id"}`;
  const test = suite(name);
  const sandbox = addSandbox(test, nobody.uid);
  const runHere = (options: Partial<RunOptions>) =>
    runAsNobody({ ...describe(sandbox()), ...options }, { ids });
  const print = async (options: Partial<RunOptions>): Promise<string> => {
    const result = await runHere(options);
    return result.stdout.toString() + result.stderr.toString();
  };

  test("the container's root is the caller", async () => {
    const seen = await print({ command: ["sh", "-c", "id -u; cat /proc/self/uid_map"] });
    assert.match(
      seen,
      ids === "full" ? /^0\n +0 +65534 +1\n +1 +2000000000 +65536\n$/ : /^0\n +0 +65534 +1\n$/,
    );
  });

  test("what it writes is removed, whoever owns it", async () => {
    const owner = ids === "full" ? "chown 5:5 /d /d/f;" : "";
    const command = [
      "sh",
      "-c",
      `mkdir /d; touch /d/f; ${owner} chmod 0 /d; rm /bin/true; ls -d /d`,
    ];
    assert.is(await print({ command }), "/d\n");
    assert.is(await print({ command, source: { image: "busybox", upper: "memory" } }), "/d\n");
    assert.equal(sandbox().listLeftovers(), []);
  });

  test("/proc and /sys are its own", async () => {
    const seen = await print({
      command: ["sh", "-c", "echo /proc/[0-9]*; ls /sys/class/net; mount | grep -c ' /sys '"],
    });
    assert.is(seen, "/proc/1 /proc/2\nlo\n1\n");
  });

  test("with the host's network it sees the host's /sys, read-only and without cgroups", async () => {
    const seen = await print({
      network: "host",
      command: [
        "sh",
        "-c",
        "ls /sys/fs/cgroup; [ -d /sys/class/net/lo ] && echo there; touch /sys/x 2>&1",
      ],
    });
    assert.match(seen, /^there\n.*Read-only file system\n$/);
  });

  test("a limit that cannot be held is refused by name", async () => {
    const limits = { memory: 64 * 2 ** 20 };
    const check = (error: unknown) =>
      error instanceof RuntimeError &&
      /^failed to limit memory: /.test(error.message) &&
      error.hint !== undefined;
    await assertRejects(runHere({ command: ["true"], limits }), check);
  });

  test("the host's user namespace is refused", () =>
    assertRejects(runHere({ command: ["true"], userns: "host" }), hasCode("ROOT_REQUIRED")));

  test("devices cannot be made, and those that are there work", async () => {
    const seen = await print({
      capAdd: ["ALL"],
      command: [
        "sh",
        "-c",
        "mknod /x c 1 3 2>&1; head -c 3 /dev/zero | wc -c; echo x > /dev/null && echo ok",
      ],
    });
    assert.match(seen, /not permitted\n3\nok\n$/);
  });

  if (ids === "full") {
    test("a user of the image's has its groups and owns its streams", async () => {
      const command = [
        "sh",
        "-c",
        "echo out > /dev/stdout; id -u; id -g; grep Groups /proc/self/status",
      ];
      assert.match(await print({ user: "1000:1000", command }), /^out\n1000\n1000\nGroups:\s*\n$/);
    });
  } else {
    test("root of a user namespace is no root of the machine", async () => {
      const options = { ...describe(sandbox()), command: ["cat", "/proc/self/uid_map"] };
      const { stdout } = await runAsNobody(options, { ids, nested: true });
      assert.match(stdout.toString(), /^\s+0\s+0\s+1\n$/);
      assert.equal(sandbox().listLeftovers(), []);
    });

    test("another user is refused, with what would allow it", () =>
      assertRejects(
        runHere({ command: ["true"], user: "1000" }),
        (error) =>
          hasCode("USER_NOT_MAPPED")(error) && /subuid/.test((error as RuntimeError).hint ?? ""),
      ));
  }

  const obstacle = rootObstacle ?? findNobodyObstacle(ids);
  if (obstacle === undefined) test.run();
  else console.log(`SKIP ${name}: ${obstacle}`);
}
