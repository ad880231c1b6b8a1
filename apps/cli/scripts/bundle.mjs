// Bundles the command line into one CommonJS file: loading ES modules costs Node a sixth of its own start.
// What a command imports lazily lies in the same file and is evaluated when it is called.
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Modules that do nothing when they are imported: esbuild leaves them out where nothing of them is used. */
const pureYargs = {
  name: "pure-yargs",
  setup({ onResolve, resolve }) {
    // yargs' parser needs none of it, and its tables of emoji and of languages cost more than Node's start.
    onResolve({ filter: /platform-shims\/esm\.mjs$/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === "resolving") return undefined;
      const resolved = await resolve(path, { ...options, pluginData: "resolving" });
      return { ...resolved, sideEffects: false };
    });
  },
};

/** `@dockher/ns` stays a package of its own, because it finds its compiled addon beside itself. */
const external = ["@dockher/ns"];

await build({
  absWorkingDir: root,
  entryPoints: { main: "src/start.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20.19",
  format: "cjs",
  minify: true,
  legalComments: "linked",
  external,
  plugins: [pureYargs],
  define: { "import.meta.url": "importMetaUrl" },
  banner: { js: 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;' },
  logLevel: "warning",
  metafile: process.argv.includes("--analyze"),
});

// Bundled code of the root filesystems' package looks for its recipes beside dist.
rmSync(new URL("../images", import.meta.url), { recursive: true, force: true });
cpSync(
  fileURLToPath(new URL("../../../images", import.meta.url)),
  fileURLToPath(new URL("../images", import.meta.url)),
  { recursive: true },
);
