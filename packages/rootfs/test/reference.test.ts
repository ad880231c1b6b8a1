import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatReference, parseReference } from "../src/reference.js";
import { refuse } from "./refuse.js";

const test = suite("reference");

test("reads a name, and a name with a tag", () => {
  assert.equal(parseReference("debian"), { name: "debian", tag: "latest" });
  assert.equal(parseReference("ubuntu:24.04"), { name: "ubuntu", tag: "24.04" });
});

test("refuses what could leave the store's directory, and what is no name", async () => {
  const bad = [
    "",
    ":",
    "a:",
    ":a",
    "..",
    "../x",
    "a/b",
    "/etc",
    "a:..",
    "a:../b",
    "A",
    "a b",
    "a:b:c",
  ];
  for (const text of [...bad, "a\0", "-a", ".a", `a:${"t".repeat(129)}`, "a".repeat(129)]) {
    await refuse("IMAGE_REFERENCE_INVALID", () => parseReference(text));
  }
});

test("whatever is accepted is one harmless file name, and is read back", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        const reference = parseReference(text);
        for (const part of Object.values(reference)) {
          assert.match(part, /^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
        }
        assert.equal(parseReference(formatReference(reference)), reference);
      } catch (error) {
        assert.is((error as { code?: string }).code, "IMAGE_REFERENCE_INVALID");
      }
    }),
  );
});

test.run();
