import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command.js";
import { findProgram } from "./program.js";

/** One archive, suite and set of components that the host's apt uses. */
export interface AptSource {
  uri: string;
  /** The codename where apt knows it, else as written. */
  suite: string;
  components: string[];
  /** Such as `Debian` or `Ubuntu`; undefined where apt has not fetched the archive yet. */
  label?: string;
  /** The value of Signed-By: paths, a fingerprint, or an armored key. */
  signedBy?: string;
}

/**
 * What the host's apt uses. apt itself is asked first, as it resolves codenames and merges all
 * forms of configuration; where it has fetched nothing yet, the source files are read.
 * @param etc for tests; `/etc/apt`
 */
export async function readAptSources(etc: string = "/etc/apt"): Promise<AptSource[]> {
  const written = await readSourceFiles(etc);
  const asked = etc === "/etc/apt" ? await askApt() : [];
  // apt's list of targets does not tell Signed-By.
  const sources = asked.map((source) => {
    const entry = written.find(
      ({ uri, suite }) => trimSlash(uri) === trimSlash(source.uri) && suite === source.suite,
    );
    return entry?.signedBy ? { ...source, signedBy: entry.signedBy } : source;
  });
  return (await Promise.all((asked.length ? sources : written).map(resolveMirrorList))).flat();
}

/** A mirror list (apt-transport-mirror(1)) becomes its first mirror; what only apt can read is left out. */
async function resolveMirrorList(source: AptSource): Promise<AptSource[]> {
  if (/^(https?|file):/.test(source.uri)) return [source];
  const list = /^mirror\+file:\/*(\/.*?)\/*$/.exec(source.uri)?.[1];
  if (list === undefined) return [];
  const text = await readFile(list, "utf8").catch(() => "");
  const uri = /^(https?:\S+)/m.exec(text)?.[1];
  return uri === undefined ? [] : [{ ...source, uri }];
}

async function askApt(): Promise<AptSource[]> {
  const command = await findProgram("apt-get");
  if (!command) return [];
  const format = "$(REPO_URI)|$(RELEASE)|$(CODENAME)|$(COMPONENT)|$(LABEL)";
  const args = ["indextargets", "--format", format, "Created-By: Packages"];
  const { exitCode, stdout } = await runCommand(command, args);
  return exitCode === 0 ? parseIndexTargets(stdout.toString()) : [];
}

/** Reads lines of `uri|release|codename|component|label`. */
export function parseIndexTargets(text: string): AptSource[] {
  const sources = new Map<string, AptSource>();
  for (const line of text.split("\n")) {
    const [uri, release, codename, component, label] = line.split("|");
    if (!uri || !component) continue;
    const suite = codename || release;
    if (!suite) continue;
    const key = `${uri} ${suite}`;
    const source = sources.get(key) ?? { uri, suite, components: [], ...(label ? { label } : {}) };
    if (!source.components.includes(component)) source.components.push(component);
    sources.set(key, source);
  }
  return [...sources.values()];
}

async function readSourceFiles(etc: string): Promise<AptSource[]> {
  const names = await readdir(join(etc, "sources.list.d")).catch(() => []);
  const files = ["sources.list", ...names.sort().map((name) => join("sources.list.d", name))];
  const sources: AptSource[] = [];
  for (const file of files) {
    const text = await readFile(join(etc, file), "utf8").catch(() => "");
    if (file.endsWith(".list")) sources.push(...parseOneLineSources(text));
    else if (file.endsWith(".sources")) sources.push(...parseDeb822Sources(text));
  }
  return sources;
}

/** The one-line style of sources.list(5). */
export function parseOneLineSources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
    const [, options, uri, suite, components] = match ?? [];
    if (!uri || !suite) continue;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options ?? "")?.[1]?.replaceAll(",", " ");
    sources.push({
      uri,
      suite,
      components: components?.split(/\s+/).filter(Boolean) ?? [],
      ...(signedBy ? { signedBy } : {}),
    });
  }
  return sources;
}

/** The deb822 style of sources.list(5): stanzas of fields, an indented line continues a field. */
export function parseDeb822Sources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  const uncommented = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
  for (const stanza of uncommented.split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    for (const match of stanza.matchAll(/^([A-Za-z-]+):(.*(?:\n[ \t].*)*)/gm)) {
      fields.set(match[1]?.toLowerCase() ?? "", match[2]?.trim() ?? "");
    }
    const words = (field: string): string[] =>
      fields.get(field)?.split(/\s+/).filter(Boolean) ?? [];
    if (!words("types").includes("deb") || /^(no|false|0)$/i.test(fields.get("enabled") ?? "")) {
      continue;
    }
    const signedBy = fields.get("signed-by");
    for (const uri of words("uris")) {
      for (const suite of words("suites")) {
        const components = words("components");
        sources.push({ uri, suite, components, ...(signedBy ? { signedBy } : {}) });
      }
    }
  }
  return sources;
}

/** apt's proxies, in the form in which wget(1) takes them. */
export async function readAptProxies(): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const name of ["http_proxy", "https_proxy", "no_proxy"]) {
    const value = process.env[name] ?? process.env[name.toUpperCase()];
    if (value) env[name] = value;
  }
  const command = await findProgram("apt-config");
  if (!command) return env;
  const { stdout } = await runCommand(command, ["dump", "--no-empty"]);
  for (const match of stdout.toString().matchAll(/^Acquire::(https?)::proxy "(.*)";$/gim)) {
    const [, scheme, proxy] = match;
    if (scheme && proxy && proxy !== "DIRECT") env[`${scheme.toLowerCase()}_proxy`] ??= proxy;
  }
  return env;
}

export function trimSlash(uri: string): string {
  return uri.replace(/\/+$/, "");
}
