// Bundles the command line into a few CommonJS files: to load ES modules costs Node a sixth of its own start, and to
// compile code that is not used costs 45 µs per KB. So what is imported lazily lies in files of its own.
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** Spares what yargs loads for others than its parser; each cost more than the parser itself. */
const slimYargs = {
  name: "slim-yargs",
  setup({ onResolve, onLoad, resolve }) {
    // Tables of emoji and of languages, for help pages.
    onResolve({ filter: /platform-shims\/esm\.mjs$/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === "resolving") return undefined;
      const resolved = await resolve(path, { ...options, pluginData: "resolving" });
      return { ...resolved, sideEffects: false };
    });
    // Node's loader of ES modules, for configuration files; yargs can do without it.
    onResolve({ filter: /^node:module$/ }, ({ path, importer }) => {
      return importer.includes("/yargs-parser/") ? { path, namespace: "absent" } : undefined;
    });
    onLoad({ filter: /.*/, namespace: "absent" }, () => {
      return { contents: "export const createRequire = undefined;" };
    });
  },
};

const node = { platform: "node", target: "node20.19", minify: true, logLevel: "warning" };

// Only ES modules can be split, so they are made first and turned into CommonJS afterwards.
const { outputFiles } = await build({
  ...node,
  absWorkingDir: root,
  entryPoints: { main: "src/start.ts" },
  outdir: dist,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  legalComments: "linked",
  // It finds its compiled addon beside itself.
  external: ["@dockher/ns"],
  plugins: [slimYargs],
  write: false,
});

mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) {
  if (/\.cjs(?:\.LEGAL\.txt)?$/.test(name)) rmSync(join(dist, name));
}
for (const { path, text } of outputFiles) {
  writeFileSync(join(dist, basename(path)), path.endsWith(".cjs") ? await toCommonJs(text) : text);
}

async function toCommonJs(text) {
  const { code } = await transform(text, {
    ...node,
    format: "cjs",
    // The native import() would load the very loader of ES modules that is to be spared.
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "importMetaUrl" },
    banner: text.includes("import.meta.url")
      ? 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;'
      : "",
  });
  return code;
}

// The root filesystems' package looks for its recipes beside the directory of its code.
rmSync(join(root, "images"), { recursive: true, force: true });
cpSync(join(root, "../../images"), join(root, "images"), { recursive: true });
