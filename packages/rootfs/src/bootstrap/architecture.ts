import { RootfsError } from "../error.js";

/** One architecture in the two vocabularies that meet here. */
export interface Architecture {
  /** Debian's name, such as `ppc64el`. */
  debian: string;
  /** OCI's name (Go's GOARCH), such as `ppc64le`. */
  oci: string;
}

/** Node's `process.arch`, and what a machine of it runs without emulation; its own comes first. */
const NATIVE: Readonly<Record<string, readonly Architecture[]>> = {
  x64: [
    { debian: "amd64", oci: "amd64" },
    { debian: "i386", oci: "386" },
  ],
  arm64: [{ debian: "arm64", oci: "arm64" }],
  arm: [{ debian: "armhf", oci: "arm" }],
  ia32: [{ debian: "i386", oci: "386" }],
  ppc64: [{ debian: "ppc64el", oci: "ppc64le" }],
  s390x: [{ debian: "s390x", oci: "s390x" }],
  riscv64: [{ debian: "riscv64", oci: "riscv64" }],
  loong64: [{ debian: "loong64", oci: "loong64" }],
};

/**
 * The architecture of that name in either vocabulary, or the machine's own.
 * @throws RootfsError `ARCHITECTURE_FOREIGN` for one that this machine cannot run
 */
export function resolveArchitecture(
  name: string | undefined,
  machine: string = process.arch,
): Architecture {
  const native = NATIVE[machine] ?? [];
  const found = name
    ? native.find(({ debian, oci }) => name === debian || name === oci)
    : native[0];
  if (found && name !== "") return found;
  throw new RootfsError(
    `failed to use architecture ${JSON.stringify(name ?? machine)}: this machine cannot run it`,
    {
      code: "ARCHITECTURE_FOREIGN",
      hint: `choose one of ${native.map(({ debian }) => debian).join(", ")}`,
    },
  );
}
