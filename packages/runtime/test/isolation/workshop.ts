import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { removeTree } from "@dockher/rootfs";
import type { RunOptions } from "../../src/options.ts";
import type { RunResult } from "../../src/result.ts";
import { type Canary, type Facts, gatherHostFacts, startCanary } from "./facts.ts";
import type { Mode } from "./modes.ts";
import { compilePrograms, type Programs } from "./programs.ts";
import { makeRootFilesystem } from "./root-filesystem.ts";

const RUNNER = fileURLToPath(new URL("run-probe.ts", import.meta.url));
/** By its place: the caller's working directory is anywhere. */
const TYPESCRIPT = import.meta.resolve("tsx");
const execute = promisify(execFile);

export type Outcome = Omit<RunResult, "stdout" | "stderr"> & { stdout: string; stderr: string };

/** The programs, a root filesystem with the probe, and a canary on the host; in a temporary directory. */
export interface Workshop {
  programs: Programs;
  /** The root filesystem. */
  rootfs: string;
  canary: Canary;
  facts: Facts;
  /** Runs a host's command as the caller that has everything a container must not inherit; its output. */
  runDirty(command: readonly string[]): Promise<string>;
  /** The host's command that runs a container in the given mode and prints its result. */
  describeContainer(mode: Mode, options: Partial<RunOptions>): string[];
  /** Runs a container in the given mode, started by that caller. */
  runContainer(mode: Mode, options: Partial<RunOptions>): Promise<Outcome>;
  remove(): Promise<void>;
}

export async function openWorkshop(user?: number): Promise<Workshop> {
  const base = mkdtempSync(join(tmpdir(), "dockher-probes-"));
  chmodSync(base, 0o755);
  const programs = compilePrograms();
  const rootfs = join(base, "rootfs");
  makeRootFilesystem(rootfs, programs.probe);
  const outside = join(base, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "host-file"), "of the host\n");
  const canary = await startCanary(programs.canary, user);
  const facts = { ...gatherHostFacts(join(outside, "host-file")), ...canary.facts };
  const data = join(base, "data");
  mkdirSync(data);
  if (user !== undefined) chownSync(data, user, user);
  const directories = { root: join(data, "root"), cache: join(data, "cache") };

  const runDirty = async (command: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await execute(
      programs.dirty,
      [outside, `${user ?? 0}`, ...command],
      {
        env: { ...process.env, PROBE_SECRET: facts["secret"] },
        maxBuffer: 2 ** 24,
      },
    );
    return stdout + stderr;
  };
  const describeContainer = (mode: Mode, options: object): string[] => {
    const { enter } = mode;
    const all = { source: { rootfs }, directories, enter, ...mode.options, ...options };
    return [process.execPath, "--import", TYPESCRIPT, RUNNER, JSON.stringify(all)];
  };
  return {
    programs,
    rootfs,
    canary,
    facts,
    runDirty,
    describeContainer,
    runContainer: async (mode, options) => {
      const command = describeContainer(mode, options);
      const output = await runDirty(command);
      const outcome = JSON.parse(/^\{.*\}$/m.exec(output)?.[0] ?? "null");
      if (outcome === null) throw new Error(`the container has no result: ${output}`);
      if (outcome.code !== undefined) throw new Error(outcome.message);
      return outcome;
    },
    remove: async () => {
      await canary.stop();
      await removeTree(base);
    },
  };
}
