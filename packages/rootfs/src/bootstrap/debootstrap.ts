import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RootfsError } from "../error.js";
import type { ReportPhase } from "./builder.js";
import { runCommand, runIsolated } from "./command.js";
import { PhaseFollower } from "./debootstrap-phases.js";
import { fetchPackages } from "./host-package.js";
import type { DebootstrapPlan } from "./plan.js";
import { findProgram } from "./program.js";
import { type InstallerEvent, InstallerParser } from "./protocol.js";

/** An installed debootstrap, or a private copy of one. */
export interface Debootstrap {
  command: string;
  /** Its `DEBOOTSTRAP_DIR`, with the scripts. */
  directory: string;
  version: string;
}

/** The host's debootstrap, else a private copy fetched with the host's apt. */
export async function findDebootstrap(options: {
  cache: string;
  path?: string | undefined;
  signal?: AbortSignal | undefined;
}): Promise<Debootstrap> {
  const installed = await findProgram("debootstrap", options.path);
  if (installed) return describeDebootstrap(installed, "/usr/share/debootstrap");
  const tree = await fetchPackages({ names: ["debootstrap"], ...options });
  const directory = join(tree, "usr/share/debootstrap");
  return describeDebootstrap(join(tree, "usr/sbin/debootstrap"), directory);
}

async function describeDebootstrap(command: string, directory: string): Promise<Debootstrap> {
  const { stdout } = await runCommand(command, ["--version"], {
    env: { DEBOOTSTRAP_DIR: directory },
  });
  return { command, directory, version: stdout.toString().trim() };
}

/**
 * The script to name where debootstrap has none for the suite. Releases differ little, so that
 * debootstrap's own scripts are mostly links to one; an older debootstrap lacks only the link.
 */
async function chooseScript(tool: Debootstrap, plan: DebootstrapPlan): Promise<string | undefined> {
  try {
    await access(join(tool.directory, "scripts", plan.suite));
    return undefined;
  } catch {
    return plan.recipe.script;
  }
}

/** Asks debootstrap's script which mirror it would take, so that we need not name one. */
export async function askDefaultMirror(tool: Debootstrap, plan: DebootstrapPlan): Promise<string> {
  const script = (await chooseScript(tool, plan)) ?? plan.suite;
  const general = /^DEF_MIRROR="?([^"\n]*)/m.exec(await readFile(tool.command, "utf8"))?.[1] ?? "";
  const program =
    '. "$DEBOOTSTRAP_DIR/functions"; exec 4>/dev/null; KEYRING=none; . "$1"; echo "$DEF_MIRROR"';
  const { stdout } = await runCommand(
    "sh",
    ["-c", program, "sh", join(tool.directory, "scripts", script)],
    {
      env: {
        DEBOOTSTRAP_DIR: tool.directory,
        DEF_MIRROR: general,
        ARCH: plan.architecture.debian,
        SUITE: plan.suite,
        VARIANT: plan.variant === "-" ? "" : plan.variant,
      },
    },
  );
  const mirror = stdout.toString().trim().split("\n").at(-1);
  if (mirror?.includes("://")) return mirror;
  throw new RootfsError(`failed to find a mirror for ${plan.recipe.name} ${plan.suite}`, {
    code: "MIRROR_UNKNOWN",
    hint: "name one with --mirror",
  });
}

export interface RunDebootstrapOptions {
  tool: Debootstrap;
  plan: DebootstrapPlan;
  mirror: string;
  keyringPath: string;
  tree: string;
  /** Where the packages are kept for the next time. */
  packages: string;
  proxies: Readonly<Record<string, string>>;
  report: ReportPhase;
  signal: AbortSignal | undefined;
}

/** @throws RootfsError `BOOTSTRAP_FAILED`, `NO_SPACE`, `SIGNATURE_INVALID` */
export async function runDebootstrap(options: RunDebootstrapOptions): Promise<void> {
  const { tool, plan, tree, packages } = options;
  await mkdir(packages, { recursive: true });
  const script = await chooseScript(tool, plan);
  const args = [
    "--debian-installer",
    `--arch=${plan.architecture.debian}`,
    ...(plan.variant === "-" ? [] : [`--variant=${plan.variant}`]),
    `--components=${plan.recipe.components.join(",")}`,
    ...(plan.include.length ? [`--include=${plan.include.join(",")}`] : []),
    // Without both, a missing keyring only makes debootstrap say so and go on.
    `--keyring=${options.keyringPath}`,
    "--force-check-gpg",
    `--cache-dir=${packages}`,
    plan.suite,
    tree,
    options.mirror,
    ...(script ? [script] : []),
  ];
  const parser = new InstallerParser();
  const follower = new PhaseFollower(options.report);
  let failure: Extract<InstallerEvent, { type: "error" | "info" | "warning" }> | undefined;
  try {
    const { exitCode, log } = await runIsolated(tool.command, args, {
      env: { DEBOOTSTRAP_DIR: tool.directory, ...options.proxies, ...DEVICES },
      signal: options.signal,
      onStatus(chunk) {
        for (const event of parser.push(chunk)) {
          if (event.type === "error" || event.type === "warning") failure = event;
          follower.follow(event);
        }
      },
    });
    if (exitCode !== 0) throw explainFailure(plan, failure, exitCode, log);
  } finally {
    follower.stop();
  }
}

/** In a user namespace no device node can be made; told of a container, debootstrap binds the host's instead. */
const DEVICES: Readonly<Record<string, string>> =
  process.geteuid?.() === 0 ? {} : { container: "lxc" };

function explainFailure(
  plan: DebootstrapPlan,
  event: { code: string; message: string } | undefined,
  exitCode: number | null,
  log: string,
): RootfsError {
  const what = `${plan.recipe.name} ${plan.suite}`;
  if (/No space left on device/i.test(log)) {
    return new RootfsError(`failed to bootstrap ${what}: no space left on device`, {
      code: "NO_SPACE",
      hint: "free some space, or choose another data directory with --root",
    });
  }
  const untrusted = event && /^(BADRELSIG|UNKNOWNRELSIG|KEYRING|SIGCHECK)$/.test(event.code);
  const lastLine = log.trim().split("\n").at(-1) || `debootstrap ended with ${exitCode}`;
  return new RootfsError(`failed to bootstrap ${what}: ${event?.message.trim() ?? lastLine}`, {
    code: untrusted ? "SIGNATURE_INVALID" : "BOOTSTRAP_FAILED",
    hint: /find these debs/.test(event?.message ?? "") ? "check the package names" : undefined,
    // The log goes along for those who debug; people get the one line.
    cause: new Error(log.slice(-4000)),
  });
}
