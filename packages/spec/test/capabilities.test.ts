import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CAPABILITIES, DEFAULT_CAPABILITIES, selectCapabilities } from "../src/capabilities.ts";

const test = suite("capabilities");

test("the default set is Docker's, a80425fb as a bit mask", () => {
  const mask = DEFAULT_CAPABILITIES.reduce(
    (bits, name) => bits | (1n << BigInt(CAPABILITIES.indexOf(name))),
    0n,
  );
  assert.is(mask.toString(16), "a80425fb");
});

test("names are taken with and without CAP_, in any case", () => {
  assert.ok(selectCapabilities({ add: ["net_admin"] }).includes("CAP_NET_ADMIN"));
  assert.not.ok(selectCapabilities({ drop: ["CAP_chown"] }).includes("CAP_CHOWN"));
});

test("ALL on one side makes the other side its exceptions", () => {
  assert.equal(selectCapabilities({ drop: ["ALL"], add: ["KILL"] }), ["CAP_KILL"]);
  const all = selectCapabilities({ add: ["ALL"], drop: ["SYS_ADMIN"] });
  assert.is(all.length, CAPABILITIES.length - 1);
  assert.not.ok(all.includes("CAP_SYS_ADMIN"));
  assert.equal(selectCapabilities({ drop: ["all"] }), []);
});

test("nothing is given that the caller does not have", () => {
  const held = ["CAP_CHOWN", "CAP_KILL"];
  assert.equal(selectCapabilities({ held }), held);
  assert.equal(selectCapabilities({ add: ["ALL"], held }), held);
  assert.throws(
    () => selectCapabilities({ add: ["NET_ADMIN"], held }),
    (error: Error & { code?: string }) => error.code === "CAPABILITY_NOT_HELD",
  );
});

test("a name that Linux does not have is refused", () => {
  assert.throws(() => selectCapabilities({ add: ["FLY"] }), /failed to parse capability "FLY"/);
  assert.throws(() => selectCapabilities({ drop: [""] }), /INVALID|failed to parse capability/);
});

test.run();
