import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SeccompError } from "../../src/index.ts";
import { parseProfile } from "../../src/profile/parse-profile.ts";
import { assertThrows } from "../support/assert-throws.ts";

const test = suite("parseProfile");
const allow = { names: ["read"], action: "SCMP_ACT_ALLOW" };

function withRule(rule: object): unknown {
  return { defaultAction: "SCMP_ACT_ERRNO", syscalls: [allow, { ...allow, ...rule }] };
}

function withArgument(arg: object): unknown {
  return withRule({ args: [{ index: 0, value: 0, op: "SCMP_CMP_EQ", ...arg }] });
}

test("Docker's form, with its nulls, empty lists and older names", () => {
  const profile = parseProfile({
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 1,
    defaultErrno: "EPERM",
    architectures: null,
    archMap: [{ architecture: "SCMP_ARCH_RISCV64", subArchitectures: null }],
    listenerPath: "",
    syscalls: [
      {
        name: "read",
        action: "SCMP_ACT_ALLOW",
        args: null,
        comment: "",
        includes: {},
        excludes: {},
      },
      { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38, errno: "ENOSYS" },
      { names: ["ptrace"], action: "SCMP_ACT_ALLOW", includes: { minKernel: "4.8", caps: null } },
    ],
  });
  assert.equal(profile.syscalls, [
    { names: ["read"], action: "SCMP_ACT_ALLOW", includes: {}, excludes: {} },
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
    { names: ["ptrace"], action: "SCMP_ACT_ALLOW", includes: { minKernel: "4.8" } },
  ]);
});

test("numbers of 64 bits, exact", () => {
  const value = 2n ** 64n - 1n;
  assert.is(parseProfile(withArgument({ value })).syscalls?.[1]?.args?.[0]?.value, value);
});

const REFUSED: [unknown, RegExp][] = [
  [null, /profile: nothing is no object/],
  ["x", /profile: "x" is no object/],
  [[], /a list is no object/],
  [{}, /: defaultAction: nothing is not known there/],
  [{ defaultAction: "SCMP_ACT_DENY" }, /: defaultAction: "SCMP_ACT_DENY" is not known there/],
  [
    { defaultAction: "SCMP_ACT_NOTIFY" },
    /: defaultAction: notification of user space is not supported/,
  ],
  [
    { defaultAction: "SCMP_ACT_ALLOW", defaultErrnoRet: 1 },
    /: defaultErrnoRet: SCMP_ACT_ALLOW hands on/,
  ],
  [
    { defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 4096 },
    /: defaultErrnoRet: 4096 is no whole/,
  ],
  [{ defaultAction: "SCMP_ACT_ALLOW", listenerPath: "/run/x" }, /: listenerPath: notification/],
  [{ defaultAction: "SCMP_ACT_ALLOW", listenerMetadata: "x" }, /: listenerMetadata: notification/],
  [
    { defaultAction: "SCMP_ACT_ALLOW", flags: ["SECCOMP_FILTER_FLAG_NEW_LISTENER"] },
    /: flags\.0: /,
  ],
  [
    { defaultAction: "SCMP_ACT_ALLOW", flags: ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"] },
    /: flags\.0: /,
  ],
  [
    { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_Z80"] },
    /: architectures\.0: "SCMP_ARCH_Z80"/,
  ],
  [
    { defaultAction: "SCMP_ACT_ALLOW", architectures: "SCMP_ARCH_X86" },
    /: architectures: .* is no list/,
  ],
  [
    {
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86"],
      archMap: [{ architecture: "SCMP_ARCH_X86" }],
    },
    /: archMap: architectures stand there as well/,
  ],
  [{ defaultAction: "SCMP_ACT_ALLOW", syscalls: {} }, /: syscalls: an object is no list/],
  [{ defaultAction: "SCMP_ACT_ALLOW", syscalls: [7] }, /: syscalls\.0: 7 is no object/],
  [
    { defaultAction: "SCMP_ACT_ALLOW", syscalls: Array(5000).fill(allow) },
    /: syscalls: more than 4096 items/,
  ],
  [
    {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: Array(70).fill({ ...allow, names: Array(1000).fill("x") }),
    },
    /: syscalls: more than 65536 names/,
  ],
  [withRule({ names: [] }), /: syscalls\.1\.names: there is none/],
  [withRule({ name: "write" }), /: syscalls\.1\.name: names stand there as well/],
  [withRule({ names: ["read", 3] }), /: syscalls\.1\.names\.1: 3 is no text/],
  [withRule({ names: ["x".repeat(300)] }), /: syscalls\.1\.names\.0: "x{39}… is no text/],
  [withRule({ action: "allow" }), /: syscalls\.1\.action: /],
  [withRule({ errnoRet: 1 }), /: syscalls\.1\.errnoRet: SCMP_ACT_ALLOW hands on no number/],
  [withRule({ action: "SCMP_ACT_TRACE", errnoRet: 65_536 }), /: syscalls\.1\.errnoRet: 65536/],
  [withRule({ errno: "ENOSYS" }), /: syscalls\.1\.errno: errnoRet must stand beside it/],
  // Read over, these would open what they are to close.
  [withRule({ arg: [] }), /: syscalls\.1: "arg" means nothing there/],
  [withRule({ includes: { cap: [] } }), /: syscalls\.1\.includes: "cap" means nothing/],
  [withRule({ includes: { minKernel: "5" } }), /: syscalls\.1\.includes\.minKernel: it must read/],
  [
    withRule({ excludes: { caps: "CAP_SYS_ADMIN" } }),
    /: syscalls\.1\.excludes\.caps: .* is no list/,
  ],
  [withArgument({ index: 6 }), /: syscalls\.1\.args\.0\.index: 6 is no whole number from 0 to 5/],
  [withArgument({ value: -1 }), /: syscalls\.1\.args\.0\.value: -1/],
  [withArgument({ value: 1.5 }), /: syscalls\.1\.args\.0\.value: 1\.5/],
  [withArgument({ value: "1" }), /: syscalls\.1\.args\.0\.value: "1"/],
  [withArgument({ value: 2 ** 53 }), /: syscalls\.1\.args\.0\.value: 9007199254740992/],
  [withArgument({ value: 2n ** 64n }), /: syscalls\.1\.args\.0\.value: .* takes more than 64 bits/],
  [
    withArgument({ valueTwo: null, op: "SCMP_CMP_XX" }),
    /: syscalls\.1\.args\.0\.op: "SCMP_CMP_XX" is not known there/,
  ],
  [withArgument({ valuetwo: 1 }), /: syscalls\.1\.args\.0: "valuetwo" means nothing/],
];

test("what cannot be meant is refused, with its place", () => {
  for (const [value, message] of REFUSED) {
    const error = assertThrows(() => parseProfile(value), "INVALID_SECCOMP_PROFILE");
    assert.match(error.message, message);
    assert.match(error.message, /^failed to read the seccomp profile: /);
    assert.ok(error.message.length < 200, error.message);
  }
});

test("a member of the prototype is none of the profile's", () => {
  const value = JSON.parse('{"__proto__": {"defaultAction": "SCMP_ACT_ALLOW"}}');
  assertThrows(() => parseProfile(value), "INVALID_SECCOMP_PROFILE");
});

test("whatever JSON holds is a profile or refused", () => {
  const keys = [
    "defaultAction",
    "syscalls",
    "names",
    "args",
    "index",
    "value",
    "op",
    "architectures",
  ];
  const shape = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>("SCMP_ACT_ALLOW", "SCMP_CMP_EQ", "read", null, 0, -1, 1e300, true),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 5 }),
    ),
  })).value;
  fc.assert(
    fc.property(shape, (value) => {
      try {
        parseProfile({ defaultAction: "SCMP_ACT_ALLOW", ...(value as object) });
      } catch (error) {
        assert.instance(error, SeccompError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test.run();
