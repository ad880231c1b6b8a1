import { readdir, readFile } from "node:fs/promises";
import type { ImageConfig } from "@dockher/spec";
import { hasErrno, RootfsError } from "./error.js";

/** How a Debian-like image is made. */
export interface DebootstrapRecipe {
  name: string;
  builder: "debootstrap";
  /** The codename where neither the tag, an option nor the host names one. */
  suite: string;
  /** The codename behind each tag but `latest`. */
  tags: Record<string, string>;
  components: string[];
  variant: BootstrapVariant;
  packages: string[];
  /** The debootstrap script for suites that it does not know yet. */
  script: string;
  /** The `Label` of the archive, by which it is found in the host's apt. */
  label: string;
  keyring: { path: string; package: string };
  /** What the image's apt uses besides; `{suite}` and `{mirror}` are replaced. */
  extraSources: { suite: string; mirror: string }[];
  config: ImageConfig;
}

/** How a busybox image is made. */
export interface BusyboxRecipe {
  name: string;
  builder: "busybox";
  /** The package that holds a static busybox. */
  package: string;
  config: ImageConfig;
}

export type Recipe = DebootstrapRecipe | BusyboxRecipe;

/** `-` is debootstrap's name for the full base system. */
export type BootstrapVariant = "minbase" | "buildd" | "-";

export const BOOTSTRAP_VARIANTS: readonly BootstrapVariant[] = ["minbase", "buildd", "-"];

/** The built-in recipes lie beside dist, both in this package and in a bundle of the command line. */
const RECIPES = new URL("../images/", import.meta.url);

/** The names of the built-in recipes, sorted. */
export async function listRecipes(): Promise<string[]> {
  return (await readdir(RECIPES)).sort();
}

/** @throws RootfsError `IMAGE_NOT_FOUND`, `RECIPE_INVALID` */
export async function loadRecipe(name: string): Promise<Recipe> {
  const known = await listRecipes();
  if (!known.includes(name)) {
    throw new RootfsError(
      `failed to find image ${JSON.stringify(name)}: there is no recipe for it`,
      {
        code: "IMAGE_NOT_FOUND",
        hint: `choose one of ${known.join(", ")}`,
      },
    );
  }
  try {
    return parseRecipe(JSON.parse(await readFile(new URL(`${name}/recipe.json`, RECIPES), "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || hasErrno(error, "ENOENT")) {
      throw refuseRecipe(name, "recipe.json is not readable as JSON", error);
    }
    throw error;
  }
}

/**
 * Checks data from outside.
 * @throws RootfsError `RECIPE_INVALID`, naming the field
 */
export function parseRecipe(value: unknown): Recipe {
  const recipe = requireRecord(value, "recipe");
  const name = requireString(recipe, "name", /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/);
  const config = parseConfig(recipe["config"]);
  const builder = requireString(recipe, "builder", /^(debootstrap|busybox)$/);
  if (builder === "busybox") {
    refuseUnknown(recipe, ["name", "builder", "package", "config"]);
    return { name, builder, package: requireString(recipe, "package", PACKAGE), config };
  }
  refuseUnknown(recipe, DEBOOTSTRAP_FIELDS);
  const tags = requireRecord(recipe["tags"], "tags");
  const keyring = requireRecord(recipe["keyring"], "keyring");
  return {
    name,
    builder: "debootstrap",
    suite: requireString(recipe, "suite", SUITE),
    tags: Object.fromEntries(
      Object.keys(tags).map((tag) => [tag, requireString(tags, tag, SUITE)]),
    ),
    components: requireStrings(recipe, "components", SUITE),
    variant: requireString(recipe, "variant", /^(minbase|buildd|-)$/) as BootstrapVariant,
    packages: requireStrings(recipe, "packages", PACKAGE),
    script: requireString(recipe, "script", SUITE),
    label: requireString(recipe, "label", /./),
    keyring: {
      path: requireString(keyring, "path", /^\//),
      package: requireString(keyring, "package", PACKAGE),
    },
    extraSources: requireArray(recipe, "extraSources").map((entry) => {
      const source = requireRecord(entry, "extraSources");
      return {
        suite: requireString(source, "suite", /^[\w{}.-]+$/),
        mirror: requireString(source, "mirror", /^\S+$/),
      };
    }),
    config,
  };
}

/** Debian policy 5.6.1. */
export const PACKAGE: RegExp = /^[a-z0-9][a-z0-9+.-]+$/;
export const SUITE: RegExp = /^[a-z0-9][a-z0-9._-]*$/i;

const DEBOOTSTRAP_FIELDS =
  "name builder suite tags components variant packages script label keyring extraSources config".split(
    " ",
  );

function parseConfig(value: unknown): ImageConfig {
  const config = requireRecord(value, "config");
  refuseUnknown(config, ["Env", "Cmd", "Entrypoint", "WorkingDir", "User", "Labels"]);
  for (const field of ["Env", "Cmd", "Entrypoint"]) {
    if (config[field] !== undefined)
      requireStrings(config, field, field === "Env" ? /^[^=]+=/ : /^/);
  }
  return config as ImageConfig;
}

function requireRecord(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw refuseRecipe(field, "an object is needed");
}

function requireArray(record: Record<string, unknown>, field: string): unknown[] {
  const value = record[field];
  if (Array.isArray(value)) return value;
  throw refuseRecipe(field, "a list is needed");
}

function requireString(record: Record<string, unknown>, field: string, form: RegExp): string {
  const value = record[field];
  if (typeof value === "string" && form.test(value)) return value;
  throw refuseRecipe(field, `a string like ${form} is needed, not ${JSON.stringify(value)}`);
}

function requireStrings(record: Record<string, unknown>, field: string, form: RegExp): string[] {
  return requireArray(record, field).map((value) => requireString({ [field]: value }, field, form));
}

function refuseUnknown(record: Record<string, unknown>, known: readonly string[]): void {
  for (const field of Object.keys(record)) {
    if (!known.includes(field)) throw refuseRecipe(field, "there is no such field");
  }
}

function refuseRecipe(field: string, reason: string, cause?: unknown): RootfsError {
  return new RootfsError(`failed to read recipe: ${field}: ${reason}`, {
    code: "RECIPE_INVALID",
    cause,
  });
}
