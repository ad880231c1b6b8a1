import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkPlatform } from "../../src/values/platform.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("checkPlatform");

test("takes this machine's own, in each of Docker's words", () => {
  for (const text of ["linux", "linux/amd64", "amd64", "x86_64", "Linux/AMD64", "linux/amd64/v1"]) {
    checkPlatform(text, "x64");
  }
  for (const text of ["linux/arm64", "linux/arm64/v8", "aarch64"]) checkPlatform(text, "arm64");
  checkPlatform("linux/riscv64", "riscv64");
});

test("refuses another, and says which one is its own", () => {
  for (const text of ["linux/arm64", "windows", "windows/amd64", "linux/amd64/v3", "arm64"]) {
    const { hint } = assertThrows(() => checkPlatform(text, "x64"), "UNSUPPORTED", text);
    assert.match(hint ?? "", "linux/amd64");
  }
});

test("refuses what is none", () => {
  for (const text of ["", "/", "linux/", "a/b/c/d", "a b"]) {
    assertThrows(() => checkPlatform(text, "x64"), "INVALID_PLATFORM");
  }
});

test.run();
