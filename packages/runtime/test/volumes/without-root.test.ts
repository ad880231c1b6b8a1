import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ImageStore } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RuntimeError } from "../../src/error.ts";
import type { MountOption } from "../../src/options.ts";
import { findNobodyObstacle, type NobodysIds, nobody, runAsNobody } from "../run-as-nobody.ts";
import { findObstacle, makeSandbox, type Sandbox } from "../sandbox.ts";

/** The container's 7 in nobody's range of subordinate ids. */
const SEVEN = 2_000_000_006;

addTests("full");
addTests("single");

/** A sandbox of nobody's, whose image has a site: a closed directory of somebody's else, and files. */
async function makeSite(owner: number): Promise<Sandbox> {
  const sandbox = await makeSandbox();
  const { layers } = await ImageStore.open(sandbox.directories).inspect("busybox");
  const site = join(layers[0] ?? "", "site");
  mkdirSync(join(site, "below"), { recursive: true });
  writeFileSync(join(site, "below/page"), "page\n", { mode: 0o640 });
  await sandbox.giveTo(nobody.uid);
  for (const path of ["", "below", "below/page"]) chownSync(join(site, path), owner, owner);
  mkdirSync(join(layers[0] ?? "", "closed/in"), { recursive: true, mode: 0o700 });
  for (const path of ["closed/in", "closed"]) {
    chownSync(join(layers[0] ?? "", path), owner, owner);
  }
  return sandbox;
}

function addTests(ids: NobodysIds): void {
  const name = `volumes without root, ${ids} ids`;
  const test = suite(name);
  const obstacle = findObstacle() ?? findNobodyObstacle(ids);
  if (obstacle !== undefined) {
    console.log(`SKIP ${name}: ${obstacle}`);
    return;
  }
  let sandbox: Sandbox;
  test.before(async () => {
    sandbox = await makeSite(ids === "full" ? SEVEN : nobody.uid);
  });
  test.after(() => sandbox.remove());
  const listVolumes = (): string[] => readdirSync(join(sandbox.directories.root, "volumes"));
  const print = async (script: string, mounts: MountOption[]): Promise<string> => {
    const result = await runAsNobody(
      {
        source: { image: "busybox" },
        directories: sandbox.directories,
        command: ["sh", "-c", script],
        mounts,
      },
      { ids },
    );
    assert.equal(sandbox.listLeftovers(), []);
    return `${result.stdout}${result.stderr}`;
  };
  const owner = ids === "full" ? 7 : 0;

  test("a new volume is filled from the image, owners and modes too", async () => {
    const site: MountOption = { type: "volume", source: "site", target: "/site" };
    const script = "stat -c '%u:%g %a' /site /site/below/page; cat /site/below/page; cd /site";
    const told = `${owner}:${owner} 755\n${owner}:${owner} 640\npage\n`;
    assert.is(await print(`${script}; echo more > new; chmod 700 .`, [site]), told);
    assert.equal(listVolumes(), ["site"]);
    const data = statSync(join(sandbox.directories.root, "volumes/site/_data"));
    assert.is(data.uid, ids === "full" ? SEVEN : nobody.uid);
    // Closed to nobody now: it is not filled again.
    assert.is(await print("rm -r /site/below; cat /site/new", [site]), "more\n");
    assert.is(await print("ls /site", [site]), "new\n");
  });

  test("one without a name is filled too, and goes with its container", async () => {
    const mounts: MountOption[] = [{ type: "volume", target: "/site" }];
    assert.is(await print("cat /site/below/page", mounts), "page\n");
    assert.equal(
      listVolumes().filter((volume) => volume !== "site"),
      [],
    );
  });

  test("nocopy leaves it empty, and what the image lacks too", async () => {
    const empty: MountOption = { type: "volume", source: "empty", target: "/site", copy: false };
    assert.is(await print("ls -A /site", [empty]), "");
    const absent: MountOption = { type: "volume", source: "absent", target: "/absent" };
    assert.is(await print("ls -A /absent", [absent]), "");
  });

  if (ids === "full") {
    test("what is below a directory that is closed to the caller is refused, all of it", async () => {
      const refused: MountOption = { type: "volume", source: "refused", target: "/closed/in" };
      const error = await print("true", [refused]).then(
        () => undefined,
        (reason: unknown) => reason as RuntimeError,
      );
      assert.is(error?.code, "COPY_UP_FAILED");
      assert.match(error?.message ?? "", "is closed to this user");
      assert.match(error?.hint ?? "", "nocopy");
      assert.equal(
        listVolumes().filter((volume) => volume.startsWith(".")),
        [],
      );
    });
  }

  test("the image's own files are as they were", async () => {
    const { layers } = await ImageStore.open(sandbox.directories).inspect("busybox");
    assert.is(readFileSync(join(layers[0] ?? "", "site/below/page"), "utf8"), "page\n");
  });

  test.run();
}
