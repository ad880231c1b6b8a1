// Where two files of the bundle import different names of one package, esbuild loads with each what the other needs: all of
// `ps` with `run`. So an import of a package's index becomes imports of the modules that the names come from.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const IMPORT = /^import \{([^}]*)\} from "(@dockher\/[\w-]+)";/gm;
const REEXPORT = /^export \{([^}]*)\} from "([^"]+)";/gm;

/** By the path of an index: what each of its names is called in which module. */
const indexes = new Map();

/**
 * @param {{ code: string, path: string }} module
 * @param {(specifier: string, importer: string) => Promise<string>} locate gives the path of a package's index
 */
export async function seeThroughIndexes({ code, path }, locate) {
  const imports = [];
  for (const [, names, specifier] of code.matchAll(IMPORT)) {
    const written = listNames(names).map(async ([name, local]) => {
      const origin = await findOrigin({ name, specifier, importer: path }, locate);
      return `import { ${origin.name} as ${local} } from ${JSON.stringify(origin.path)};`;
    });
    imports.push((await Promise.all(written)).join(" "));
  }
  return code.replaceAll(IMPORT, () => imports.shift());
}

async function findOrigin({ name, specifier, importer }, locate) {
  if (specifier.startsWith(".")) return { name, path: resolve(dirname(importer), specifier) };
  const index = await locate(specifier, importer);
  const found = readIndex(index).get(name);
  // What is no re-export is the index's own.
  return found === undefined
    ? { name, path: index }
    : findOrigin({ ...found, importer: index }, locate);
}

function readIndex(path) {
  const known = indexes.get(path);
  if (known !== undefined) return known;
  const names = new Map();
  for (const [, list, specifier] of readFileSync(path, "utf8").matchAll(REEXPORT)) {
    for (const [name, exported] of listNames(list)) names.set(exported, { name, specifier });
  }
  indexes.set(path, names);
  return names;
}

/** Pairs of a name and what it is called after `as`; types are nothing at run time. */
function listNames(list) {
  return list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "" && !item.startsWith("type "))
    .map((item) => {
      const [name, local = name] = item.split(" as ");
      return [name, local];
    });
}
