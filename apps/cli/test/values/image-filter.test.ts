import type { ImageDetails } from "@dockher/rootfs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { filterImages } from "../../src/values/image-filter.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("filterImages");

interface Described {
  id: string;
  references: string[];
  day: number;
  labels?: Record<string, string>;
}

function makeImage({ id, references, day, labels = {} }: Described): ImageDetails {
  return {
    id: `sha256:${id.repeat(64)}`,
    references,
    created: new Date(Date.UTC(2026, 0, day)),
    layerSizes: [],
    size: 0,
    layers: [],
    config: {
      architecture: "amd64",
      os: "linux",
      config: { Labels: labels },
      rootfs: { type: "layers", diff_ids: [] },
    },
  };
}

const IMAGES = [
  makeImage({ id: "c", references: ["debian:bookworm", "debian:latest"], day: 3 }),
  makeImage({ id: "b", references: [], day: 2, labels: { tier: "front" } }),
  makeImage({ id: "a", references: ["busybox:latest"], day: 1 }),
];

function filter(...written: string[]): string[] {
  return filterImages(IMAGES, written).map(({ id, references }) => {
    return `${id.at(-1)} ${references.join(" ")}`.trim();
  });
}

const ALL = ["c debian:bookworm debian:latest", "b", "a busybox:latest"];

test("each filter", () => {
  assert.equal(filter(), ALL);
  assert.equal(filter("dangling=true"), ["b"]);
  assert.equal(filter("dangling=false"), [ALL[0], ALL[2]]);
  assert.equal(filter("label=tier=front"), ["b"]);
  assert.equal(filter("label=tier=back"), []);
  assert.equal(filter("reference=debian"), [ALL[0]]);
  assert.equal(filter("reference=deb*:latest"), ["c debian:latest"]);
  assert.equal(filter("reference=busybox", "reference=*:bookworm"), [
    "c debian:bookworm",
    "a busybox:latest",
  ]);
  assert.equal(filter("before=debian"), ["b", ALL[2]]);
  assert.equal(filter("since=busybox:latest"), [ALL[0], "b"]);
  assert.equal(filter("since=aaaa", "before=sha256:ccc"), ["b"]);
});

test("refuses what can't be looked for", () => {
  for (const written of ["before=nope", "since=", "reference=[", "dangling=perhaps", "until=1h"]) {
    assertThrows(() => filterImages(IMAGES, [written]), "INVALID_FILTER");
  }
  assertThrows(() => filterImages(IMAGES, ["since=debian", "since=busybox"]), "INVALID_FILTER");
});

test.run();
