// Bundles the command line into a few CommonJS files: to load ES modules costs Node a sixth of its own start, and to
// compile code that is not used costs 45 µs per KB. So what is imported lazily lies in files of its own.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { seeThroughIndexes } from "./see-through-indexes.mjs";

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

const NS = /\/native\/ns\/dist\/[\w/-]+\.js$/;
const OWN = /\/apps\/cli\/src\/.*\.ts$|\/(packages|native)\/[\w-]+\/dist\/.*\.js$/;

/** Loads each of our own modules with what it needs, and no more. */
const ownModules = {
  name: "own-modules",
  setup({ onLoad, resolve }) {
    onLoad({ filter: OWN }, async ({ path }) => {
      const module = { code: readFileSync(path, "utf8"), path };
      const contents = await seeThroughIndexes(module, async (specifier, importer) => {
        const found = await resolve(specifier, {
          kind: "import-statement",
          resolveDir: dirname(importer),
        });
        return found.path;
      });
      if (path.endsWith(".ts")) return { contents, loader: "ts" };
      // The addon stays in the package `@dockher/ns`: code of it that looks beside itself must look there.
      return {
        contents: NS.test(path)
          ? contents.replaceAll("import.meta.dirname", "locateNs()")
          : contents,
      };
    });
  },
};

const leaveAddon = {
  name: "leave-addon",
  setup({ onResolve, onLoad }) {
    // node:module would load Node's loader of ES modules, and the addon is found already: it is opened as require() would.
    onResolve({ filter: /^node:module$/ }, ({ path, importer }) => {
      return NS.test(importer) ? { path, namespace: "open-addon" } : undefined;
    });
    onLoad({ filter: /.*/, namespace: "open-addon" }, () => {
      const open =
        "(path) => { const addon = { exports: {} }; process.dlopen(addon, path); return addon.exports; }";
      return { contents: `export const createRequire = () => ${open};` };
    });
  },
};

/** Spares what Node loads for others than a short-lived process. */
const slimNode = {
  name: "slim-node",
  setup({ onResolve }) {
    // Making an image takes long and shows how far it is; all else reads and writes files at once.
    onResolve({ filter: /^node:fs\/promises$/ }, ({ importer }) => {
      return importer.includes("/dist/bootstrap/")
        ? undefined
        : { path: join(root, "scripts/synchronous-files.mjs") };
    });
  },
};

const node = { platform: "node", target: "node20.19", minify: true, logLevel: "warning" };

const commonJs = {
  ...node,
  format: "cjs",
  // The native import() would load the very loader of ES modules that is to be spared.
  supported: { "dynamic-import": false },
  define: { "import.meta.url": "ownUrl" },
};

// Only ES modules can be split, so they are made first and turned into CommonJS afterwards.
const { outputFiles, metafile } = await build({
  ...node,
  absWorkingDir: root,
  entryPoints: { main: "src/start.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  legalComments: "none",
  plugins: [slimYargs, ownModules, leaveAddon, slimNode],
  metafile: true,
  write: false,
});
const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
const startFiles = findStartFiles(metafile.outputs);

mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) {
  if (name.endsWith(".cjs")) rmSync(join(dist, name));
}
const main = await joinStartFiles();
const hash = createHash("sha256").update(main).digest("hex").slice(0, 16);
// Wrapped here, so that bin/dockher.js can hand it to V8 without another copy.
const wrapped = `(function(exports,require,module,__filename,__dirname){${main}\n})`;
writeFileSync(join(dist, "main.cjs"), `//${hash}\n${wrapped}`);
for (const [name, text] of texts) {
  if (!startFiles.has(name)) writeFileSync(join(dist, name), await toCommonJs(text));
}

writeFileSync(join(dist, "licenses.txt"), collectLicenses(metafile.outputs));

/** The licences of the packages that are bundled ask to be handed on. */
function collectLicenses(outputs) {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const packages = inputs.map((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path)?.[0]);
  return [...new Set(packages.filter((path) => path !== undefined))]
    .map((path) => {
      const name = readdirSync(join(root, path)).find((file) => /^licen[cs]e/i.test(file));
      const title = path.split("/node_modules/").at(-1).slice(0, -1);
      return name === undefined
        ? ""
        : `${title}\n\n${readFileSync(join(root, path, name), "utf8")}`;
    })
    .filter((text) => text !== "")
    .join(`\n${"-".repeat(80)}\n\n`);
}

/** What every `dockher run` loads: to find and open each of them would cost more than to compile it. */
function findStartFiles(outputs) {
  const run = Object.keys(outputs).find((path) => outputs[path].entryPoint?.endsWith("run.ts"));
  const found = new Set(["dist/main.cjs", run]);
  for (const path of found) {
    for (const { path: imported, kind } of outputs[path].imports) {
      if (kind === "import-statement" && imported in outputs) found.add(imported);
    }
  }
  return new Set([...found].map((path) => basename(path)));
}

/** Makes main.cjs of the start files; it hands the parts to the other files, so that nothing is there twice. */
async function joinStartFiles() {
  const parts = [...startFiles].map((name) => `"${name}": () => require("./${name}")`);
  const contents = `exports.parts = { ${parts.join(", ")} };\nrequire("./main.cjs");`;
  const { outputFiles } = await build({
    ...commonJs,
    stdin: { contents, resolveDir: dist },
    bundle: true,
    write: false,
    plugins: [
      {
        name: "start-files",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path }) => {
            return startFiles.has(basename(path))
              ? { path: basename(path), namespace: "start" }
              : { path, external: true };
          });
          onLoad({ filter: /.*/, namespace: "start" }, ({ path }) => ({
            contents: texts.get(path),
          }));
        },
      },
    ],
  });
  return postponeBuiltins(shareBuiltins(defineMeta(outputFiles[0].text)));
}

/** Each file that was joined asks Node for its own modules, and each question costs 20 µs: one of each kind will do. */
function shareBuiltins(code) {
  const shared = new Set();
  const joined = code.replaceAll(/\brequire\("(?:node:)?(fs|os|path|util)"\)/g, (_, name) => {
    shared.add(name);
    return `node_${name}`;
  });
  return [...shared].map((name) => `const node_${name}=require("node:${name}");`).join("") + joined;
}

/** The rest of Node's own modules are for some starts only, and child_process alone costs 10 ms: each is loaded by its first use. */
function postponeBuiltins(code) {
  const postponed = code.replaceAll(/\brequire\("(node:[\w/]+)"\)/g, (written, id) => {
    return /^node:(fs|os|path|util)$/.test(id) ? written : `postpone("${id}")`;
  });
  return `const postpone=(id)=>new Proxy({},{get:(_,name)=>require(id)[name]});${postponed}`;
}

async function toCommonJs(text) {
  const { code } = await transform(text, commonJs);
  const joined = code.replaceAll(/require\("\.\/([\w-]+\.cjs)"\)/g, (written, name) => {
    return startFiles.has(name) ? `require("./main.cjs").parts["${name}"]()` : written;
  });
  return defineMeta(joined);
}

/** Defines what stands for `import.meta` where the code uses it. */
function defineMeta(code) {
  const definitions = {
    ownUrl: 'const ownUrl="file://"+__filename.split("/").map(encodeURIComponent).join("/");',
    // require.resolve() would load Node's loader of ES modules for this.
    locateNs: `const locateNs=()=>module.paths.map((path)=>path+"/@dockher/ns/dist").find((path)=>require("node:fs").existsSync(path));`,
  };
  const used = Object.keys(definitions).filter((name) => code.includes(name));
  return used.map((name) => definitions[name]).join("") + code;
}

// The root filesystems' package looks for its recipes beside the directory of its code.
rmSync(join(root, "images"), { recursive: true, force: true });
cpSync(join(root, "../../images"), join(root, "images"), { recursive: true });
