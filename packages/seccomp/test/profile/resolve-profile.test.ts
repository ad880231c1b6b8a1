import type { SeccompArchitecture } from "@dockher/spec";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resolveSeccomp } from "../../src/index.ts";
import type { ProfileCondition, ProfileRule } from "../../src/profile/profile.ts";
import { resolveProfile } from "../../src/profile/resolve-profile.ts";

const test = suite("resolveProfile");
const surroundings = {
  capabilities: ["CAP_CHOWN", "CAP_KILL"],
  machine: "x86_64",
  kernel: "6.1.0-9-amd64",
} as const;

function holds(conditions: { includes?: ProfileCondition; excludes?: ProfileCondition }): boolean {
  const rule: ProfileRule = { names: ["read"], action: "SCMP_ACT_ALLOW", ...conditions };
  const { syscalls } = resolveProfile(
    { defaultAction: "SCMP_ACT_ERRNO", syscalls: [rule] },
    surroundings,
  );
  if (syscalls?.length === 1)
    assert.equal(syscalls, [{ names: ["read"], action: "SCMP_ACT_ALLOW" }]);
  return syscalls?.length === 1;
}

test("a rule is included where all that it asks for is so", () => {
  assert.ok(holds({}));
  assert.ok(holds({ includes: { caps: [], arches: [] } }));
  assert.ok(holds({ includes: { caps: ["CAP_CHOWN", "CAP_KILL"] } }));
  assert.not(holds({ includes: { caps: ["CAP_CHOWN", "CAP_SYS_ADMIN"] } }));
  assert.ok(holds({ includes: { arches: ["arm64", "amd64"] } }));
  assert.not(holds({ includes: { arches: ["arm64"] } }));
  assert.not(holds({ includes: { caps: ["CAP_CHOWN"], arches: ["arm64"] } }));
});

test("and excluded where any of it is", () => {
  assert.not(holds({ excludes: { caps: ["CAP_SYS_ADMIN", "CAP_KILL"] } }));
  assert.ok(holds({ excludes: { caps: ["CAP_SYS_ADMIN"] } }));
  assert.not(holds({ excludes: { arches: ["amd64"] } }));
  assert.ok(holds({ excludes: { arches: ["s390x"] } }));
});

test("kernels are compared by number", () => {
  for (const minKernel of ["4.8", "5.19", "6.0", "6.1"]) {
    assert.ok(holds({ includes: { minKernel } }), minKernel);
    assert.not(holds({ excludes: { minKernel } }), minKernel);
  }
  for (const minKernel of ["6.2", "6.10", "7.0"]) {
    assert.not(holds({ includes: { minKernel } }), minKernel);
    assert.ok(holds({ excludes: { minKernel } }), minKernel);
  }
});

test("archMap gives the machine's own and what belongs to it", () => {
  const archMap: { architecture: SeccompArchitecture; subArchitectures?: SeccompArchitecture[] }[] =
    [
      { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
      { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
      { architecture: "SCMP_ARCH_RISCV64" },
    ];
  const resolve = (machine: "x86_64" | "aarch64"): unknown =>
    resolveProfile({ defaultAction: "SCMP_ACT_ALLOW", archMap }, { ...surroundings, machine })
      .architectures;
  assert.equal(resolve("x86_64"), ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]);
  assert.equal(resolve("aarch64"), ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]);
});

test("the rest of the profile stays", async () => {
  const profile = {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 38,
    architectures: ["SCMP_ARCH_X86"],
    flags: ["SECCOMP_FILTER_FLAG_LOG"],
    syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }],
  };
  assert.equal(await resolveSeccomp(profile, surroundings), profile);
});

test.run();
