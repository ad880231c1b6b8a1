// Compiles what the package carries, shim/prebuilds/<platform>-<arch>/{ns.node,init,monitor}, for this machine's
// architecture and for the other one where its cross compiler is installed (gcc-aarch64-linux-gnu, gcc-x86-64-linux-gnu).
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { buildShim } from "./build-shim.mjs";

const shim = path.resolve(import.meta.dirname, "../shim");
const crossPrefixes = { arm64: "aarch64-linux-gnu-", x64: "x86_64-linux-gnu-" };

function canRun(command) {
  return spawnSync(command, ["--version"]).status === 0;
}

function keepPrebuilt(arch) {
  const directory = path.join(shim, `prebuilds/linux-${arch}`);
  mkdirSync(directory, { recursive: true });
  for (const [file, strip] of [
    ["ns.node", arch === process.arch ? "strip" : `${crossPrefixes[arch]}strip`],
    ["init", undefined],
    ["monitor", undefined],
  ]) {
    const target = path.join(directory, file);
    copyFileSync(path.join(shim, "build/Release", file), target);
    if (strip !== undefined) spawnSync(strip, ["--strip-unneeded", target], { stdio: "inherit" });
  }
  console.log(`built ${path.relative(process.cwd(), directory)}`);
}

for (const [arch, prefix] of Object.entries(crossPrefixes)) {
  if (arch === process.arch) continue;
  if (!canRun(`${prefix}gcc`)) {
    console.log(`SKIP prebuild for ${arch}: ${prefix}gcc is not installed`);
    continue;
  }
  const tools = { CC: `${prefix}gcc`, CXX: `${prefix}gcc`, AR: `${prefix}ar` };
  if (!buildShim({ arch, tools })) process.exit(1);
  keepPrebuilt(arch);
}

// Last, so that what is left in shim/build is this machine's.
if (!buildShim({})) process.exit(1);
keepPrebuilt(process.arch);
