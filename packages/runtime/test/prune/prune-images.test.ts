import { ImageStore } from "@dockher/rootfs";
import * as assert from "uvu/assert";
import { pruneImages } from "../../src/prune/prune-images.ts";
import { copyImage } from "../copy-image.ts";
import { describeKept } from "../kept/kept-sandbox.ts";

const { test, directories, create } = describeKept("prune of images");

test("labels choose among the nameless images, and with all among those with a name too", async () => {
  const [kept, old] = [
    await copyImage(directories(), { keep: "yes" }),
    await copyImage(directories(), { stage: "build" }),
  ];
  const prune = async (options: Parameters<typeof pruneImages>[0]): Promise<string[]> =>
    (await pruneImages({ ...options, directories: directories() })).deleted;
  assert.equal(await prune({ labels: [{ name: "none" }] }), []);
  assert.equal(await prune({ labels: [{ name: "none" }], all: true }), []);
  assert.equal(await prune({ labels: [{ name: "stage", value: "test" }] }), []);
  assert.equal(await prune({ labels: [{ name: "keep", absent: true }] }), [old]);
  await create("true", { source: { image: kept } });
  assert.equal(await prune({ labels: [{ name: "keep" }] }), []);
});

test("without labels the nameless go, but what a container has", async () => {
  const left = (await ImageStore.open(directories()).list()).length;
  assert.is(left, 2);
  const { deleted } = await pruneImages({ directories: directories() });
  assert.is(deleted.length, 1);
  const [image] = await ImageStore.open(directories()).list();
  assert.equal(image?.references, ["busybox:latest"]);
});

test.run();
