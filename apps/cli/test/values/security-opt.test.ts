import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readSecurityOptions, type SecurityValue } from "../../src/values/security-opt.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("readSecurityOptions");
const cwd = mkdtempSync(join(tmpdir(), "dockher-security-opt-"));
test.after(() => rmSync(cwd, { recursive: true, force: true }));

function read(...words: string[]): SecurityValue {
  return readSecurityOptions(words, cwd);
}

test("no-new-privileges, in both of Docker's forms", () => {
  assert.equal(read(), {});
  for (const word of ["no-new-privileges", "no-new-privileges=true", "no-new-privileges:true"]) {
    assert.equal(read(word), { noNewPrivileges: true });
  }
  for (const word of ["no-new-privileges=false", "no-new-privileges:false"]) {
    assert.equal(read(word), { noNewPrivileges: false });
  }
});

test("what is so already changes nothing", () => {
  assert.equal(read("label=disable", "apparmor:unconfined"), {});
});

test("seccomp by name", () => {
  assert.equal(read("seccomp=unconfined"), { seccomp: "unconfined" });
  assert.equal(read("seccomp:unconfined"), { seccomp: "unconfined" });
  for (const word of ["seccomp=default", "seccomp=builtin"]) {
    assert.equal(read(word), { seccomp: "default" });
  }
});

test("seccomp by a file, relative to the working directory", () => {
  const profile = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [] };
  writeFileSync(join(cwd, "profile.json"), JSON.stringify(profile));
  assert.equal(read("seccomp=profile.json"), { seccomp: profile });
  assert.equal(read(`seccomp:${cwd}/profile.json`), { seccomp: profile });
});

test("a file that is none of JSON is refused", () => {
  writeFileSync(join(cwd, "text"), "seccomp");
  writeFileSync(join(cwd, "deep"), "[".repeat(500_000));
  writeFileSync(join(cwd, "huge"), " ".repeat(2 ** 20 + 1));
  mkdirSync(join(cwd, "directory"));
  for (const name of ["missing", "text", "deep", "huge", "directory", "", "/dev/zero"]) {
    const error = assertThrows(() => read(`seccomp=${name}`), "INVALID_SECCOMP_PROFILE");
    assert.match(error.message, /^failed to read seccomp profile "/, name);
  }
});

test("refuses what nothing would carry out", () => {
  for (const word of ["label=type:x", "no-new-privileges=x", "nonsense", "seccomp"]) {
    assertThrows(() => read(word), "UNSUPPORTED");
  }
});

test.run();
