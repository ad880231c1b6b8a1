import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import * as assert from "uvu/assert";
import { listContainers } from "../../src/kept/list-containers.ts";
import { describeKept } from "./kept-sandbox.ts";

const { test, directories, create } = describeKept("what listing reads");

/** How many paths are opened or looked at while it acts. */
function countPaths(act: () => void): number {
  const names = ["openSync", "opendirSync", "readdirSync", "readlinkSync", "statSync"] as const;
  const originals = names.map((name) => [name, fs[name]] as const);
  let count = 0;
  for (const [name, original] of originals) {
    const counted = (...args: unknown[]): unknown => {
      count++;
      return Reflect.apply(original, fs, args);
    };
    Object.assign(fs, { [name]: counted });
  }
  syncBuiltinESMExports();
  try {
    act();
  } finally {
    for (const [name, original] of originals) Object.assign(fs, { [name]: original });
    syncBuiltinESMExports();
  }
  return count;
}

test("a container more costs the reading of its owner, its configuration and its state, and no more", async () => {
  const list = (): void => {
    listContainers({ all: true, directories: directories() });
  };
  const counts: number[] = [];
  for (const wanted of [4, 8]) {
    while (listContainers({ all: true, directories: directories() }).length < wanted) {
      await create("true");
    }
    list();
    counts.push(countPaths(list));
  }
  const [few = 0, many = 0] = counts;
  assert.is(many - few, 4 * 3);
});

test.run();
