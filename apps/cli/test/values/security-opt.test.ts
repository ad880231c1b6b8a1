import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readSecurityOptions } from "../../src/values/security-opt.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("readSecurityOptions");

test("no-new-privileges, in both of Docker's forms", () => {
  assert.equal(readSecurityOptions([]), {});
  for (const word of ["no-new-privileges", "no-new-privileges=true", "no-new-privileges:true"]) {
    assert.equal(readSecurityOptions([word]), { noNewPrivileges: true });
  }
  for (const word of ["no-new-privileges=false", "no-new-privileges:false"]) {
    assert.equal(readSecurityOptions([word]), { noNewPrivileges: false });
  }
});

test("what is so already changes nothing", () => {
  assert.equal(readSecurityOptions(["seccomp=unconfined", "apparmor:unconfined"]), {});
});

test("refuses what nothing would carry out", () => {
  for (const word of ["seccomp=profile.json", "label=type:x", "no-new-privileges=x", "nonsense"]) {
    assertThrows(() => readSecurityOptions([word]), "UNSUPPORTED");
  }
});

test.run();
