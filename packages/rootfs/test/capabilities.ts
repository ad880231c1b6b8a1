import { execFileSync } from "node:child_process";
import { readAptSources } from "../src/bootstrap/apt-sources.js";
import { fetchFile } from "../src/bootstrap/fetch-file.js";
import { findProgram } from "../src/bootstrap/program.js";

/** What a test needs and the machine may lack; undefined where it is there, else the reason. */
export type Missing = string | undefined;

export const root: Missing = process.geteuid?.() === 0 ? undefined : "needs root";

export const namespaces: Missing =
  root ?? tryCommand("unshare", ["--mount", "--pid", "--fork", "true"]);

/** The host's apt can be asked for packages and its archive answers. */
export async function findArchive(): Promise<Missing> {
  if (root) return root;
  if (!(await findProgram("apt-get"))) return "the host has no apt";
  const source = (await readAptSources()).find(({ components }) => components.includes("main"));
  if (!source) return "the host's apt has no sources";
  const url = `${source.uri.replace(/\/$/, "")}/dists/${source.suite}/InRelease`;
  try {
    return (await fetchFile(url, { proxies: {} })) ? undefined : "the archive has no release file";
  } catch {
    return "the archive cannot be reached";
  }
}

export async function findMissing(program: string): Promise<Missing> {
  return (await findProgram(program)) ? undefined : `${program} is not installed`;
}

/** Registers a test, or says why it cannot run here. */
export function testUnless(
  suite: (name: string, run: () => Promise<void>) => void,
  missing: Missing,
  name: string,
  run: () => Promise<void>,
): void {
  if (missing === undefined) suite(name, run);
  else console.log(`SKIP ${name}: ${missing}`);
}

function tryCommand(command: string, args: string[]): Missing {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return undefined;
  } catch {
    return `${command} ${args.join(" ")} fails`;
  }
}
