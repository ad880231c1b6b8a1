import { mkdir } from "node:fs/promises";
import { RootfsError } from "../error.js";
import type { ReportPhase } from "./builder.js";
import { runIsolated } from "./command.js";
import type { DebootstrapPlan } from "./plan.js";
import type { PhaseWeights } from "./progress.js";

export interface RunMmdebstrapOptions {
  command: string;
  plan: DebootstrapPlan;
  mirror: string;
  keyringPath: string;
  tree: string;
  packages: string;
  proxies: Readonly<Record<string, string>>;
  report: ReportPhase;
  signal: AbortSignal | undefined;
}

/** mmdebstrap says little of how far it is: apt downloads, then dpkg works. */
export const MMDEBSTRAP_WEIGHTS: PhaseWeights = [
  ["prepare", 0.5],
  ["indices", 1],
  ["download", 4],
  ["extract", 3],
  ["unpack", 9],
  ["clean", 0.3],
  ["pack", 1],
  ["commit", 0.5],
];

/** @throws RootfsError `BOOTSTRAP_FAILED`, `NO_SPACE` */
export async function runMmdebstrap(options: RunMmdebstrapOptions): Promise<void> {
  const { plan, packages, report } = options;
  await mkdir(packages, { recursive: true });
  const archives = '"$1/var/cache/apt/archives"';
  const source = `deb [signed-by=${options.keyringPath}] ${options.mirror} ${plan.suite} ${plan.recipe.components.join(" ")}`;
  const args = [
    "--mode=root",
    "--format=directory",
    `--variant=${plan.variant === "-" ? "important" : plan.variant}`,
    `--architectures=${plan.architecture.debian}`,
    `--keyring=${options.keyringPath}`,
    ...(plan.include.length ? [`--include=${plan.include.join(",")}`] : []),
    // apt takes packages from its archives where they are the right ones; it checks them all.
    "--skip=download/empty",
    "--skip=essential/unlink",
    `--setup-hook=mkdir -p ${archives} && find "$DOCKHER_PACKAGES" -name "*.deb" -exec cp -t ${archives} {} +`,
    `--customize-hook=find ${archives} -name "*.deb" -exec cp -n -t "$DOCKHER_PACKAGES" {} +`,
    plan.suite,
    options.tree,
    source,
  ];
  report("download", 0, "Downloading and installing packages");
  const { exitCode, log } = await runIsolated(options.command, args, {
    env: { DOCKHER_PACKAGES: packages, ...options.proxies },
    signal: options.signal,
  });
  if (exitCode === 0) return;
  const full = /No space left on device/i.test(log);
  const lines = log.trim().split("\n");
  const reason = full
    ? "no space left on device"
    : (lines.findLast((line) => /^E: /.test(line)) ?? lines.at(-1) ?? "").replace(/^E: /, "");
  throw new RootfsError(`failed to bootstrap ${plan.recipe.name} ${plan.suite}: ${reason}`, {
    code: full ? "NO_SPACE" : "BOOTSTRAP_FAILED",
    hint: full ? "free some space, or choose another data directory with --root" : undefined,
    cause: new Error(log.slice(-4000)),
  });
}
