import type { LinuxSeccomp } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileSeccomp, detectMachine, SeccompError } from "../src/index.ts";
import { assertThrows } from "./support/assert-throws.ts";

const test = suite("compileSeccomp");

function make(): LinuxSeccomp {
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    syscalls: [
      {
        names: ["read"],
        action: "SCMP_ACT_ALLOW",
        args: [{ index: 0, value: 2n ** 63n, op: "SCMP_CMP_LT" }],
      },
    ],
  };
}

test("the same content is compiled once", async () => {
  assert.is(await compileSeccomp(make()), await compileSeccomp(make()));
});

test("what has been changed is compiled anew", async () => {
  const seccomp = make();
  const before = await compileSeccomp(seccomp);
  seccomp.syscalls?.[0]?.names.push("write");
  assert.is.not(await compileSeccomp(seccomp), before);
});

test("another machine has another program", async () => {
  const [one, other] = await Promise.all([
    compileSeccomp(make(), { machine: "x86_64" }),
    compileSeccomp(make(), { machine: "aarch64" }),
  ]);
  assert.not.equal(one?.program, other?.program);
});

test("what is none of the specification is refused", async () => {
  try {
    await compileSeccomp({ defaultAction: "SCMP_ACT_NOTIFY" });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, SeccompError);
    assert.is((error as SeccompError).code, "INVALID_SECCOMP_PROFILE");
  }
});

test("machines have Node's names", () => {
  assert.is(detectMachine("x64"), "x86_64");
  assert.is(detectMachine("arm64"), "aarch64");
  assertThrows(() => detectMachine("riscv64"), "SECCOMP_UNSUPPORTED");
});

test.run();
