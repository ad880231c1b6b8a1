import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readBootstrapChoices } from "../../src/values/bootstrap-choices.ts";

const test = suite("readBootstrapChoices");

test("nothing given is nothing chosen", () => {
  assert.equal(readBootstrapChoices({ include: [] }), {});
  assert.equal(readBootstrapChoices({ include: [","], mirror: undefined }), {});
});

test("packages are separated by commas or given again", () => {
  const include = ["stress,curl", "git"];
  assert.equal(readBootstrapChoices({ include, suite: "bookworm", builder: "mmdebstrap" }), {
    include: ["stress", "curl", "git"],
    suite: "bookworm",
    backend: "mmdebstrap",
  });
});

test.run();
