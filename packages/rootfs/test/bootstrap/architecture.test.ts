import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resolveArchitecture } from "../../src/bootstrap/architecture.js";
import { refuse } from "../refuse.js";

const test = suite("architecture");

test("takes both vocabularies, and the machine's own by default", () => {
  assert.equal(resolveArchitecture(undefined, "x64"), { debian: "amd64", oci: "amd64" });
  assert.equal(resolveArchitecture("386", "x64"), { debian: "i386", oci: "386" });
  assert.equal(resolveArchitecture("ppc64le", "ppc64"), { debian: "ppc64el", oci: "ppc64le" });
});

test("refuses what the machine cannot run, and machines that Debian does not know", async () => {
  const error = await refuse("ARCHITECTURE_FOREIGN", () => resolveArchitecture("arm64", "x64"));
  assert.is(error.hint, "choose one of amd64, i386");
  await refuse("ARCHITECTURE_FOREIGN", () => resolveArchitecture("", "x64"));
  await refuse("ARCHITECTURE_FOREIGN", () => resolveArchitecture(undefined, "mips"));
});

test.run();
