// Compiles the addon, the static init and the static monitor into shim/build/Release.
// Where that fails, prebuilt ones serve as well: the loader looks for it next.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const shim = path.resolve(import.meta.dirname, "../shim");

/** Run node-gyp, for another architecture with that one's `tools` (CC, CXX, AR). Whether it succeeded. */
export function buildShim({ arch = process.arch, tools = {} }) {
  const nodeGyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");
  // Node's own headers lie beside the binary in every official layout but npm's `node` package.
  const nodeDirectory = path.resolve(process.execPath, "../..");
  const hasHeaders = existsSync(path.join(nodeDirectory, "include/node/node_api.h"));
  const args = [nodeGyp, "rebuild", "--loglevel=warn", `--directory=${shim}`, `--arch=${arch}`];
  if (hasHeaders) args.push(`--nodedir=${nodeDirectory}`);
  const env = { ...process.env, ...tools };
  return spawnSync(process.execPath, args, { stdio: "inherit", env }).status === 0;
}

if (process.argv[1] === import.meta.filename && !buildShim({})) {
  const prebuilt = path.join(shim, `prebuilds/${process.platform}-${process.arch}/ns.node`);
  if (!existsSync(prebuilt)) {
    console.error("failed to build the shim: see above; it needs a C compiler, make and Python");
    process.exit(1);
  }
  console.error(`the shim was not compiled; ${prebuilt} serves instead`);
}
