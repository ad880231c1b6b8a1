import { SeccompError } from "./error.js";

/** A machine that Dockher runs on. */
export type Machine = "x86_64" | "aarch64";

/** A way into the kernel, with numbers of its own for the system calls. */
export interface Architecture {
  /** The column of the table of numbers. */
  name: "x86_64" | "x86" | "x32" | "aarch64" | "arm";
  /** What `struct seccomp_data` says: linux/audit.h, AUDIT_ARCH_*. x32 shares x86-64's. */
  audit: number;
  /** Added to every number of the table. */
  offset: number;
  /** Numbers from here on are no system calls that a newer kernel may bring. */
  end: number;
  /** Whether the kernel reads all 64 bits of an argument. */
  wide: boolean;
  /** Whether socketcall(2) and ipc(2) lead to other calls. */
  multiplexed: boolean;
}

const AUDIT_X86_64 = 0xc000003e;

/** __X32_SYSCALL_BIT of asm/unistd.h. */
export const X32_BIT = 0x4000_0000;

const X86_64: Architecture = {
  name: "x86_64",
  audit: AUDIT_X86_64,
  offset: 0,
  end: X32_BIT,
  wide: true,
  multiplexed: false,
};
const X32: Architecture = { ...X86_64, name: "x32", offset: X32_BIT, end: 0x8000_0000 };
const X86: Architecture = {
  name: "x86",
  audit: 0x40000003,
  offset: 0,
  end: 0x8000_0000,
  wide: false,
  multiplexed: true,
};
const AARCH64: Architecture = {
  name: "aarch64",
  audit: 0xc00000b7,
  offset: 0,
  end: 0x8000_0000,
  wide: true,
  multiplexed: false,
};
/** Its private calls begin at __ARM_NR_BASE: arch/arm/include/uapi/asm/unistd.h. */
const ARM: Architecture = {
  ...AARCH64,
  name: "arm",
  audit: 0x40000028,
  end: 0x0f_0000,
  wide: false,
};

/** What a program on a machine can enter the kernel by; the machine's own way first. */
const WAYS: Readonly<Record<Machine, Readonly<Record<string, Architecture>>>> = {
  x86_64: { SCMP_ARCH_X86_64: X86_64, SCMP_ARCH_X86: X86, SCMP_ARCH_X32: X32 },
  aarch64: { SCMP_ARCH_AARCH64: AARCH64, SCMP_ARCH_ARM: ARM },
};

/**
 * The architectures of a profile that a program on this machine can use. Its own is always among them, as in libseccomp;
 * those of other machines are left out.
 */
export function selectArchitectures(machine: Machine, names: readonly string[]): Architecture[] {
  const [own, ...others] = Object.entries(WAYS[machine]);
  return [own, ...others.filter(([name]) => names.includes(name))]
    .filter((way) => way !== undefined)
    .map(([, architecture]) => architecture);
}

/**
 * This machine, as `process.arch` names it.
 * @throws SeccompError `SECCOMP_UNSUPPORTED`
 */
export function detectMachine(arch: NodeJS.Architecture = process.arch): Machine {
  if (arch === "x64") return "x86_64";
  if (arch === "arm64") return "aarch64";
  throw new SeccompError(`failed to compile a seccomp profile: ${arch} is not supported`, {
    code: "SECCOMP_UNSUPPORTED",
    hint: "run it unconfined, or on x86-64 or arm64",
  });
}
