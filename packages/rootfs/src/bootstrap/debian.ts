import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digest } from "../digest.js";
import { RootfsError } from "../error.js";
import { type ArchiveSource, resolveArchive } from "./archive-source.js";
import type { Builder } from "./builder.js";
import { cleanTree } from "./clean.js";
import { runCommand } from "./command.js";
import {
  askDefaultMirror,
  type Debootstrap,
  findDebootstrap,
  runDebootstrap,
} from "./debootstrap.js";
import { DEBOOTSTRAP_WEIGHTS } from "./debootstrap-phases.js";
import { MMDEBSTRAP_WEIGHTS, runMmdebstrap } from "./mmdebstrap.js";
import type { DebootstrapPlan } from "./plan.js";
import { findProgram } from "./program.js";

export interface PrepareDebianOptions {
  cache: string;
  scratch: string;
  signal?: AbortSignal | undefined;
}

type Tool = ({ backend: "debootstrap" } & Debootstrap) | Mmdebstrap;

interface Mmdebstrap {
  backend: "mmdebstrap";
  command: string;
  version: string;
}

/** A root filesystem of a Debian-like distribution, made by debootstrap or mmdebstrap. */
export async function prepareDebian(
  plan: DebootstrapPlan,
  options: PrepareDebianOptions,
): Promise<Builder> {
  const findDefaultMirror = async (): Promise<string> =>
    askDefaultMirror(await findDebootstrap(options), plan);
  const archive = await resolveArchive({ plan, findDefaultMirror, ...options });
  const tool = await chooseTool(plan, archive, options);
  const key = (release: string): string[] => [
    plan.suite,
    plan.variant,
    plan.include.join(","),
    plan.architecture.debian,
    archive.mirror,
    digest(archive.keyring),
    tool.backend,
    tool.version,
    release,
  ];
  return {
    key: key(archive.release),
    description: `${tool.version} ${plan.suite} ${plan.variant}`,
    keepArchive: true,
    weights: tool.backend === "debootstrap" ? DEBOOTSTRAP_WEIGHTS : MMDEBSTRAP_WEIGHTS,
    async build({ tree, scratch, report, signal }) {
      const keyringPath = join(scratch, "keyring.gpg");
      await writeFile(keyringPath, archive.keyring);
      // Names and versions make a package's file name, but not across distributions.
      const packages = join(options.cache, "packages", plan.recipe.name);
      const { mirror, proxies } = archive;
      const run = { plan, mirror, keyringPath, tree, packages, proxies, report, signal };
      const extraSources = archive.findExtraSources();
      extraSources.catch(() => {});
      if (tool.backend === "debootstrap") await runDebootstrap({ tool, ...run });
      else await runMmdebstrap({ command: tool.command, ...run });
      report("clean", 0, "Cleaning up");
      const release = await readUsedRelease(tree, plan.suite);
      const components = plan.recipe.components.join(" ");
      const main = `deb ${mirror} ${plan.suite} ${components}`;
      await cleanTree(tree, [main, ...(await extraSources)]);
      return release === undefined ? {} : { key: key(release) };
    },
  };
}

/** debootstrap, unless mmdebstrap is asked for or debootstrap cannot do it. */
async function chooseTool(
  plan: DebootstrapPlan,
  archive: ArchiveSource,
  options: PrepareDebianOptions,
): Promise<Tool> {
  const needed = plan.backend ?? (archive.hasSha256 ? "debootstrap" : "mmdebstrap");
  if (needed === "mmdebstrap") {
    const tool = await findMmdebstrap();
    if (tool) return tool;
    const reason = plan.backend
      ? "mmdebstrap is not installed"
      : "debootstrap cannot read this archive's checksums, and mmdebstrap is not installed";
    throw new RootfsError(`failed to bootstrap ${plan.recipe.name} ${plan.suite}: ${reason}`, {
      code: "PROGRAM_MISSING",
      hint: "install mmdebstrap",
    });
  }
  try {
    return { backend: "debootstrap", ...(await findDebootstrap(options)) };
  } catch (error) {
    options.signal?.throwIfAborted();
    const tool = plan.backend ? undefined : await findMmdebstrap();
    if (tool) return tool;
    throw error;
  }
}

async function findMmdebstrap(): Promise<Mmdebstrap | undefined> {
  const command = await findProgram("mmdebstrap");
  if (!command) return undefined;
  const { stdout } = await runCommand(command, ["--version"]);
  return { backend: "mmdebstrap", command, version: stdout.toString().trim() };
}

/** The release file that was really used: the archive may have changed since we looked. */
async function readUsedRelease(tree: string, suite: string): Promise<string | undefined> {
  const lists = join(tree, "var/lib/apt/lists");
  const names = await readdir(lists).catch(() => []);
  const name =
    names.find((file) => file.endsWith(`_dists_${suite}_InRelease`)) ??
    names.find((file) => file.endsWith(`_dists_${suite}_Release`));
  return name === undefined ? undefined : digest(await readFile(join(lists, name)));
}
