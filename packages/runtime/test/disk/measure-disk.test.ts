import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { measureDisk } from "../../src/disk/measure-disk.ts";
import { inspectContainer } from "../../src/kept/inspect-container.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { waitContainer } from "../../src/kept/signal-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { createVolume } from "../../src/volumes/create-volume.ts";
import { removeVolume } from "../../src/volumes/remove-volume.ts";
import { copyImage } from "../copy-image.ts";
import { describeKept } from "../kept/kept-sandbox.ts";

const { test, directories, create, target } = describeKept("disk usage");

test("what images, containers and volumes take, and who has them", async () => {
  const copy = await copyImage(directories(), {});
  const { id } = await create(
    "head -c 1000 /dev/zero > /own; head -c 200 /dev/zero > /shelf/book",
    {
      mounts: [{ type: "volume", source: "shelf", target: "/shelf" }],
    },
  );
  await createVolume({ name: "empty", directories: directories() });
  await startKeptContainer(target(id));
  await waitContainer(target(id));
  const { images, containers, volumes } = await measureDisk({ directories: directories() });
  const sizes = images.map((image) => [image.id === copy, image.shared, image.containers]);
  const size = images[0]?.size ?? 0;
  assert.ok(size > 0);
  assert.equal(sizes.sort(), [
    [false, size, 1],
    [true, size, 0],
  ]);
  assert.equal(
    containers.map((one) => [one.id, one.written, one.volumes]),
    [[id, 1000, ["shelf"]]],
  );
  assert.equal(
    volumes.map((volume) => [volume.name, volume.size, volume.containers]),
    [
      ["empty", 0, 0],
      ["shelf", 200, 1],
    ],
  );
  await removeVolume({ name: "empty", directories: directories() });
});

test("a damaged container is told of and hides nothing else", async () => {
  const { id: whole } = await create("true");
  const { id: damaged } = await create("true");
  writeFileSync(join(inspectContainer(target(damaged)).directory, "config.json"), "{");
  const told: string[] = [];
  const onDamaged = (error: Error): void => void told.push(error.message);
  const { containers } = await measureDisk({ directories: directories(), onDamaged });
  assert.equal(
    containers.map(({ id }) => id),
    [whole],
  );
  assert.is(told.length, 1);
  await removeContainer({ ...target(damaged), force: true });
});

test.run();
