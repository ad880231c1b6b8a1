// Compiles the addon and the static init into shim/build/Release.
// Where that fails, a prebuilt pair serves as well: the loader looks for it next.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const nodeGyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");

// Node's own headers lie beside the binary in every official layout but npm's `node` package.
const nodeDirectory = path.resolve(process.execPath, "../..");
const hasHeaders = existsSync(path.join(nodeDirectory, "include/node/node_api.h"));

const { status } = spawnSync(
  process.execPath,
  [
    nodeGyp,
    "rebuild",
    "--loglevel=warn",
    `--directory=${path.join(root, "shim")}`,
    ...(hasHeaders ? [`--nodedir=${nodeDirectory}`] : []),
  ],
  { stdio: "inherit" },
);

if (status !== 0) {
  const prebuilt = path.join(root, `shim/prebuilds/${process.platform}-${process.arch}/ns.node`);
  if (!existsSync(prebuilt)) {
    console.error("failed to build the shim: see above; it needs a C compiler, make and Python");
    process.exit(1);
  }
  console.error(`the shim was not compiled; ${path.relative(root, prebuilt)} serves instead`);
}
