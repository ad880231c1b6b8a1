import type { LinuxSeccomp, LinuxSeccompArg, LinuxSyscall, SeccompAction } from "@dockher/spec";
import fc from "fast-check";
import { type Machine, selectArchitectures } from "../../src/architecture.ts";
import { findNumber } from "../../src/system-calls/find-numbers.ts";
import type { SystemCall } from "./interpret.ts";

/** Common ones, and those with an oddity: absent here or there, private to ARM, x32's own, behind a multiplexer. */
const PLAIN_NAMES = [
  ...[
    "read",
    "write",
    "openat",
    "close",
    "clone",
    "clone3",
    "personality",
    "ioctl",
    "mmap",
    "mmap2",
  ],
  ...["execve", "rt_sigaction", "fcntl64", "time", "stime", "umount", "umount2", "arch_prctl"],
  ...["set_tls", "cacheflush", "_llseek", "newfstatat", "kcmp", "prctl", "getrandom", "vfork"],
  ...["no_such_call", "io_uring_setup", "bpf", "futex", "waitpid", "fadvise64_64", "fork"],
];
const MULTIPLEXED_NAMES = [
  ...["socket", "socketpair", "accept", "accept4", "send", "recvmmsg", "socketcall"],
  ...["semop", "semtimedop", "shmat", "msgget", "ipc"],
];

const action: fc.Arbitrary<Pick<LinuxSyscall, "action" | "errnoRet">> = fc.oneof(
  fc
    .constantFrom<SeccompAction[]>(
      ...(["SCMP_ACT_ALLOW", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"] as const),
      ...(["SCMP_ACT_LOG", "SCMP_ACT_ERRNO"] as const),
    )
    .map((name) => ({ action: name })),
  // libseccomp takes one errno less than the kernel.
  fc.nat(4094).map((errnoRet) => ({ action: "SCMP_ACT_ERRNO" as const, errnoRet })),
  fc.nat(0xffff).map((errnoRet) => ({ action: "SCMP_ACT_TRACE" as const, errnoRet })),
);

const word = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 0x7fff_ffffn, 0xffff_ffffn),
  fc.bigInt(0n, 0xffff_ffffn),
);
const value = fc.oneof(
  fc.bigInt(0n, 8n),
  word,
  fc.tuple(word, word).map(([high, low]) => (high << 32n) | low),
);

const argument: fc.Arbitrary<LinuxSeccompArg> = fc.record({
  index: fc.nat(5),
  op: fc.constantFrom(
    ...(["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ"] as const),
    ...(["SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"] as const),
  ),
  value,
  valueTwo: value,
});

export interface ArbitrarySeccomp {
  machine: Machine;
  seccomp: LinuxSeccomp;
}

/** Profiles whose rules for one name, where they ask for arguments, have one action: there the order of rules means nothing. */
export const arbitrarySeccomp: fc.Arbitrary<ArbitrarySeccomp> = arbitraryProfile((rules) => {
  const first = new Map<string, LinuxSyscall>();
  for (const rule of rules.filter(({ args }) => args !== undefined)) {
    for (const name of rule.names) {
      const { action, errnoRet } = first.get(name) ?? rule;
      rule.action = action;
      if (errnoRet === undefined) delete rule.errnoRet;
      else rule.errnoRet = errnoRet;
      first.set(name, rule);
    }
  }
});

/** Profiles whose rules may contradict one another. */
export const arbitraryConflict: fc.Arbitrary<ArbitrarySeccomp> = arbitraryProfile(() => {});

function arbitraryProfile(adjust: (rules: LinuxSyscall[]) => void): fc.Arbitrary<ArbitrarySeccomp> {
  const unconditional = fc
    .tuple(fc.subarray([...PLAIN_NAMES, ...MULTIPLEXED_NAMES], { minLength: 1 }), action)
    .map(([names, one]): LinuxSyscall => ({ names, ...one }));
  const conditional = fc
    .tuple(
      fc.constantFrom(...PLAIN_NAMES),
      action,
      fc.array(argument, { minLength: 1, maxLength: 3 }),
    )
    .map(([name, one, args]): LinuxSyscall => ({ names: [name], ...one, args }));
  return fc
    .record({
      machine: fc.constantFrom<Machine[]>("x86_64", "aarch64"),
      otherwise: action,
      architectures: fc.subarray([
        ...(["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_X86_64"] as const),
        "SCMP_ARCH_ARM" as const,
      ]),
      rules: fc.array(
        fc.oneof({ weight: 1, arbitrary: unconditional }, { weight: 4, arbitrary: conditional }),
        {
          maxLength: 16,
        },
      ),
    })
    .map(({ machine, otherwise, architectures, rules }) => {
      const syscalls = structuredClone(rules);
      adjust(syscalls);
      return {
        machine,
        seccomp: {
          defaultAction: otherwise.action,
          ...(otherwise.errnoRet === undefined ? {} : { defaultErrnoRet: otherwise.errnoRet }),
          architectures: architectures.filter(
            (name) =>
              (name === "SCMP_ARCH_ARM") === (machine === "aarch64") &&
              // Where libseccomp looks at half of an argument, and we at all of it.
              (name !== "SCMP_ARCH_X32" || !asksForHighBits(syscalls)),
          ),
          syscalls,
        },
      };
    });
}

function asksForHighBits(rules: readonly LinuxSyscall[]): boolean {
  return rules.some(({ args = [] }) =>
    args.some((arg) => arg.value >= 2 ** 32 || (arg.valueTwo ?? 0) >= 2 ** 32),
  );
}

/** Calls that come near to what the profile asks for: each number, one more, and values around those of the rules. */
export function listCalls({ machine, seccomp }: ArbitrarySeccomp): SystemCall[] {
  const calls: SystemCall[] = [{ number: 0, architecture: 0x1234 }];
  const values = new Set(
    (seccomp.syscalls ?? []).flatMap(({ args = [] }) =>
      args.flatMap((arg) =>
        [arg.value, arg.valueTwo ?? 0].flatMap((one) => neighbours(BigInt(one))),
      ),
    ),
  );
  for (const architecture of selectArchitectures(machine, seccomp.architectures ?? [])) {
    const limit = architecture.wide && architecture.name !== "x32" ? 2n ** 64n : 2n ** 32n;
    const seen = [...values].filter((one) => one < limit);
    const named = (seccomp.syscalls ?? []).flatMap(({ names }) => names);
    const numbers = [...new Set([...named, "read", "socketcall", "ipc"])]
      .map((name) => findNumber(name, architecture))
      .filter((number) => number !== undefined);
    for (const number of new Set([...numbers.flatMap((one) => [one, one + 1]), 511, 2 ** 32 - 1])) {
      for (let round = 0; round < 6; round++) {
        const args = [0, 1, 2, 3, 4, 5].map((index) => {
          // Fixed for a profile, spread over its values.
          return (
            seen[(number * 7 + round * 31 + index * 13) % Math.max(1, seen.length)] ?? BigInt(round)
          );
        });
        calls.push({ number, architecture: architecture.audit, args });
      }
    }
  }
  return calls;
}

function neighbours(one: bigint): bigint[] {
  return [one, one + 1n, one - 1n, one & 0xffff_ffffn, one | (1n << 32n), one ^ (1n << 33n)].map(
    (near) => BigInt.asUintN(64, near),
  );
}
