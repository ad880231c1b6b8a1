import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digest } from "../digest.js";
import { hasErrno, RootfsError } from "../error.js";
import { type AptSource, readAptProxies, readAptSources, trimSlash } from "./apt-sources.js";
import { runCommand } from "./command.js";
import { fetchFile } from "./fetch-file.js";
import { fetchPackages } from "./host-package.js";
import { readKeyring, readSignedBy, readTrustedKeys } from "./keyring.js";
import type { DebootstrapPlan } from "./plan.js";
import { findProgram } from "./program.js";

/** The Debian-like archive that an image is made from, with its signature checked. */
export interface ArchiveSource {
  mirror: string;
  /** Binary OpenPGP keys. */
  keyring: Buffer;
  /** The digest of the signed release file as it is now. */
  release: string;
  /** Whether the release file has the checksums that debootstrap understands. */
  hasSha256: boolean;
  /** Lines of sources.list(5) for updates, where the archive has them. */
  findExtraSources(): Promise<string[]>;
  proxies: Readonly<Record<string, string>>;
}

export interface ResolveArchiveOptions {
  plan: DebootstrapPlan;
  cache: string;
  /** A directory for the keyring file. */
  scratch: string;
  /** debootstrap's own default for the suite, asked for only where nothing else names a mirror. */
  findDefaultMirror: () => Promise<string>;
  signal?: AbortSignal | undefined;
}

/**
 * Finds mirror and keyring (what the user says, else the host's apt where it serves the same
 * distribution, else the recipe's and debootstrap's defaults) and reads the release file.
 * @throws RootfsError `KEYRING_MISSING`, `MIRROR_UNREACHABLE`, `SUITE_NOT_FOUND`, `SIGNATURE_INVALID`
 */
export async function resolveArchive(options: ResolveArchiveOptions): Promise<ArchiveSource> {
  const { plan, signal } = options;
  const [sources, proxies] = await Promise.all([
    plan.likeHost ? readAptSources() : [],
    readAptProxies(),
  ]);
  const host = plan.mirror ? undefined : chooseSource(sources, plan);
  const keyring = await chooseKeyring(plan, host, options);
  const mirror = trimSlash(plan.mirror ?? host?.uri ?? (await options.findDefaultMirror()));
  const fetch = (url: string) => fetchFile(url, { proxies, signal });
  const suiteUrl = `${mirror}/dists/${plan.suite}`;
  const release = await readRelease(plan.suite, mirror, fetch);
  await checkSignature(release, keyring, { ...options, mirror });

  return {
    mirror,
    keyring,
    release: digest(release.signed),
    hasSha256: /^SHA256:/m.test(release.signed.toString("latin1")),
    proxies,
    async findExtraSources() {
      const lines = plan.recipe.extraSources.map(async (template) => {
        const fill = (text: string): string =>
          text.replaceAll("{suite}", plan.suite).replaceAll("{mirror}", mirror);
        const suite = fill(template.suite);
        const uri = trimSlash(
          (!plan.mirror && sources.find((source) => source.suite === suite)?.uri) ||
            fill(template.mirror),
        );
        const url = `${uri}/dists/${suite}/InRelease`;
        // A mirror need not carry them; a source that does not exist would break apt in the image.
        const found = url.startsWith(suiteUrl) || (await fetch(url).catch(() => undefined));
        signal?.throwIfAborted();
        return found ? [`deb ${uri} ${suite} ${plan.recipe.components.join(" ")}`] : [];
      });
      return (await Promise.all(lines)).flat();
    },
  };
}

interface ReleaseFile {
  /** InRelease, or Release where the archive has only that. */
  signed: Buffer;
  /** Release.gpg, with Release. */
  signature?: Buffer;
}

async function readRelease(
  suite: string,
  mirror: string,
  fetch: (url: string) => Promise<Buffer | undefined>,
): Promise<ReleaseFile> {
  const inline = await fetch(`${mirror}/dists/${suite}/InRelease`);
  if (inline) return { signed: inline };
  const signed = await fetch(`${mirror}/dists/${suite}/Release`);
  const signature = signed && (await fetch(`${mirror}/dists/${suite}/Release.gpg`));
  if (signed && signature) return { signed, signature };
  throw new RootfsError(`failed to find suite ${suite}: the mirror does not have it`, {
    code: "SUITE_NOT_FOUND",
    hint: "check the name of the suite, or choose another mirror with --mirror",
  });
}

async function checkSignature(
  release: ReleaseFile,
  keyring: Buffer,
  options: {
    plan: DebootstrapPlan;
    scratch: string;
    mirror: string;
    signal?: AbortSignal | undefined;
  },
): Promise<void> {
  // Where gpgv is missing, debootstrap and apt refuse or use what they have instead.
  const gpgv = await findProgram("gpgv");
  if (!gpgv) return;
  const [keys, signed, signature] = ["keyring.gpg", "Release", "Release.gpg"].map((name) =>
    join(options.scratch, name),
  ) as [string, string, string];
  await writeFile(keys, keyring);
  await writeFile(signed, release.signed);
  if (release.signature) await writeFile(signature, release.signature);
  const files = release.signature ? [signature, signed] : [signed];
  const { exitCode, log } = await runCommand(gpgv, ["--keyring", keys, ...files], {
    signal: options.signal,
  });
  if (exitCode === 0) return;
  const lines = log.split("\n").map((line) => line.replace(/^gpgv: */, ""));
  const reason = lines.find((line) => /BAD|No public key|no valid/i.test(line)) ?? lines[0];
  throw new RootfsError(
    `failed to verify suite ${options.plan.suite} of ${options.mirror}: ${reason || "no signature"}`,
    {
      code: "SIGNATURE_INVALID",
      hint: "name the archive's own keyring with --keyring",
    },
  );
}

/** The host's source for the suite, else for another suite of the same archive. */
function chooseSource(sources: AptSource[], plan: DebootstrapPlan): AptSource | undefined {
  const candidates = sources.filter(
    ({ label, components, uri }) =>
      components.includes("main") &&
      (label === plan.recipe.label || (label === undefined && uri.includes(plan.recipe.name))),
  );
  return candidates.find(({ suite }) => suite === plan.suite) ?? candidates[0];
}

async function chooseKeyring(
  plan: DebootstrapPlan,
  host: AptSource | undefined,
  options: { cache: string; signal?: AbortSignal | undefined },
): Promise<Buffer> {
  if (plan.keyring !== undefined) return readKeyring(plan.keyring);
  const signedBy = host?.signedBy === undefined ? undefined : await readSignedBy(host.signedBy);
  if (signedBy) return signedBy;
  const own = await readIfPresent(plan.recipe.keyring.path);
  if (own) return own;
  const trusted = host ? await readTrustedKeys() : undefined;
  if (trusted) return trusted;
  try {
    const tree = await fetchPackages({ names: [plan.recipe.keyring.package], ...options });
    return await readFile(join(tree, plan.recipe.keyring.path));
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new RootfsError(
      `failed to find a keyring for ${plan.recipe.name}: ${plan.recipe.keyring.path} is missing`,
      {
        code: "KEYRING_MISSING",
        hint: `install ${plan.recipe.keyring.package}, or name a keyring with --keyring`,
        cause,
      },
    );
  }
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}
