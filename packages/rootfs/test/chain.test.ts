import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chainLayers } from "../src/chain.js";

const test = suite("chain");

test("one layer is its own chain; each further one hashes the chain below and itself", async () => {
  assert.equal(await chainLayers([]), []);
  assert.equal(await chainLayers(["sha256:a"]), ["sha256:a"]);
  const second = createHash("sha256").update("sha256:a sha256:b").digest("hex");
  const third = createHash("sha256").update(`sha256:${second} sha256:c`).digest("hex");
  assert.equal(await chainLayers(["sha256:a", "sha256:b", "sha256:c"]), [
    "sha256:a",
    `sha256:${second}`,
    `sha256:${third}`,
  ]);
});

test.run();
