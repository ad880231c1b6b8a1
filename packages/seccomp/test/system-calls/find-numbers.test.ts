import { existsSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { selectArchitectures } from "../../src/architecture.ts";
import { findNumber } from "../../src/system-calls/find-numbers.ts";

const test = suite("findNumber");
const [X86_64, X86, X32] = selectArchitectures("x86_64", ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]);
const [AARCH64, ARM] = selectArchitectures("aarch64", ["SCMP_ARCH_ARM"]);
const ways = [X86_64, X86, X32, AARCH64, ARM].filter((way) => way !== undefined);

test("numbers of every architecture", () => {
  const numbers = (name: string): (number | undefined)[] =>
    ways.map((way) => findNumber(name, way));
  assert.equal(numbers("read"), [0, 3, 0x4000_0000, 63, 3]);
  assert.equal(numbers("clone3"), [435, 435, 0x4000_0000 + 435, 435, 435]);
  assert.equal(numbers("rt_sigaction"), [13, 174, 0x4000_0000 + 512, 134, 174]);
  assert.equal(numbers("socketcall"), [undefined, 102, undefined, undefined, undefined]);
  assert.equal(
    numbers("no_such_call"),
    ways.map(() => undefined),
  );
  assert.equal(
    numbers("constructor"),
    ways.map(() => undefined),
  );
});

const headers = "/usr/include/x86_64-linux-gnu/asm";
for (const [way, file] of [
  [X86_64, "unistd_64.h"],
  [X86, "unistd_32.h"],
  [X32, "unistd_x32.h"],
] as const) {
  const path = `${headers}/${file}`;
  if (way === undefined || !existsSync(path)) {
    console.log(`SKIP the numbers of ${file}: ${path} is not there`);
    continue;
  }
  test(`the kernel's own ${file} says the same`, () => {
    const lines = readFileSync(path, "utf8").matchAll(
      /^#define __NR_(\w+) (?:\(__X32_SYSCALL_BIT \+ )?(\d+)\)?$/gm,
    );
    let count = 0;
    for (const [, name = "", number] of lines) {
      count++;
      assert.is(findNumber(name, way), Number(number) + way.offset, name);
    }
    assert.ok(count > 300);
  });
}

test.run();
