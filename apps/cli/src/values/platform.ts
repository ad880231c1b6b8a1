import { UsageError } from "../error.js";

/** Node's names of processors in OCI's words, and in others that Docker takes for them. */
const ARCHITECTURES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  x64: ["amd64", "amd64/v1", "x86_64", "x86-64"],
  arm64: ["arm64", "arm64/v8", "aarch64"],
};

/**
 * Takes this machine's own platform, such as `linux/amd64`, and no other: nothing here runs another's programs.
 * @throws UsageError `INVALID_PLATFORM`, `UNSUPPORTED`
 */
export function checkPlatform(text: string, architecture: string = process.arch): void {
  const own = ARCHITECTURES[architecture] ?? [architecture];
  const platforms = ["linux", ...own, ...own.map((name) => `linux/${name}`)];
  if (platforms.includes(text.toLowerCase())) return;
  const hint = `leave it out, or write --platform linux/${own[0]}`;
  if (!/^[\w-]+(?:\/[\w-]+){0,2}$/.test(text)) {
    throw new UsageError(`failed to parse --platform "${text}": it is none`, {
      code: "INVALID_PLATFORM",
      hint,
    });
  }
  throw new UsageError(`failed to apply --platform: this machine runs no programs of ${text}`, {
    code: "UNSUPPORTED",
    hint,
  });
}
