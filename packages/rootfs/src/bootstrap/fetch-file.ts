import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { hasErrno, RootfsError } from "../error.js";
import { runCommand } from "./command.js";
import { findProgram } from "./program.js";

export interface FetchFileOptions {
  /** Proxies for wget(1), see {@link readAptProxies}. */
  proxies: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

/**
 * Gets a file of an archive the way debootstrap does, by wget(1), so that proxies and certificates
 * are the same for both. Undefined where the archive answers that it does not have it.
 * @throws RootfsError `MIRROR_UNREACHABLE`, `PROGRAM_MISSING`
 */
export async function fetchFile(
  url: string,
  options: FetchFileOptions,
): Promise<Buffer | undefined> {
  if (url.startsWith("file:")) return readLocal(url);
  const wget = await findProgram("wget");
  if (!wget) {
    throw new RootfsError(`failed to fetch ${url}: wget is not installed`, {
      code: "PROGRAM_MISSING",
      hint: "install wget, which debootstrap needs",
    });
  }
  const args = ["-nv", "--timeout=20", "--tries=2", "--waitretry=1", "-O", "-", "--", url];
  const { exitCode, stdout, log } = await runCommand(wget, args, {
    env: options.proxies,
    signal: options.signal,
  });
  if (exitCode === 0) return stdout;
  // wget(1), EXIT STATUS: 8 is an answer of the server that is an error.
  if (exitCode === 8 && /ERROR 40[34]/.test(log)) return undefined;
  throw refuseUnreachable(url, describeFailure(exitCode, log));
}

async function readLocal(url: string): Promise<Buffer | undefined> {
  try {
    return await readFile(fileURLToPath(url));
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function describeFailure(exitCode: number | null, log: string): string {
  const lines = log.trim().split("\n");
  const telling = lines.findLast((line) => /failed|unable|error|refused|timed out/i.test(line));
  return (telling ?? lines.at(-1))?.trim() || `wget ended with ${exitCode}`;
}

function refuseUnreachable(url: string, reason: string): RootfsError {
  return new RootfsError(`failed to reach mirror ${new URL(url).host}: ${reason}`, {
    code: "MIRROR_UNREACHABLE",
    hint: "check the network and the proxy, or choose another mirror with --mirror",
  });
}
