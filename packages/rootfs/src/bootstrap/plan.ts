import { RootfsError } from "../error.js";
import { type HostDistribution, readHostDistribution } from "../os-release.js";
import {
  BOOTSTRAP_VARIANTS,
  type BootstrapVariant,
  type DebootstrapRecipe,
  PACKAGE,
  type Recipe,
  SUITE,
} from "../recipe.js";
import { formatReference, type ImageReference } from "../reference.js";
import { type Architecture, resolveArchitecture } from "./architecture.js";

export type Backend = "debootstrap" | "mmdebstrap";

/** What the caller may decide instead of the recipe and the host. */
export interface BootstrapChoices {
  mirror?: string | undefined;
  suite?: string | undefined;
  variant?: BootstrapVariant | undefined;
  /** More packages. */
  include?: readonly string[] | undefined;
  /** Debian's or OCI's name of an architecture that this machine runs. */
  arch?: string | undefined;
  /** A file with the archive's public keys. */
  keyring?: string | undefined;
  backend?: Backend | undefined;
}

/** A recipe with every choice made that needs no network. */
export interface DebootstrapPlan {
  recipe: DebootstrapRecipe;
  suite: string;
  variant: BootstrapVariant;
  include: string[];
  architecture: Architecture;
  mirror: string | undefined;
  keyring: string | undefined;
  backend: Backend | undefined;
  /** Whether the host runs the distribution that the recipe makes, so that its apt can serve. */
  likeHost: boolean;
}

/**
 * Checks the choices and fills in what the recipe and the host say.
 * @throws RootfsError `OPTION_INVALID`, `ARCHITECTURE_FOREIGN`, `IMAGE_NOT_FOUND`
 */
export async function planDebootstrap(
  recipe: DebootstrapRecipe,
  reference: ImageReference,
  choices: BootstrapChoices,
): Promise<DebootstrapPlan> {
  const host = await readHostDistribution();
  const likeHost = host.id === recipe.name;
  const include = [...new Set([...recipe.packages, ...(choices.include ?? [])])].sort();
  for (const name of include) requireForm("include", name, PACKAGE, "a package name");
  const suite = choices.suite ?? chooseSuite(recipe, reference, host);
  requireForm("suite", suite, SUITE, "a codename such as bookworm");
  const variant = choices.variant ?? recipe.variant;
  if (!BOOTSTRAP_VARIANTS.includes(variant)) {
    throw refuseOption("variant", variant, `it is none of ${BOOTSTRAP_VARIANTS.join(", ")}`);
  }
  if (choices.backend && !["debootstrap", "mmdebstrap"].includes(choices.backend)) {
    throw refuseOption("backend", choices.backend, "it is none of debootstrap, mmdebstrap");
  }
  if (choices.mirror !== undefined) requireMirror(choices.mirror);
  return {
    recipe,
    suite,
    variant,
    include,
    architecture: resolveArchitecture(choices.arch),
    mirror: choices.mirror,
    keyring: choices.keyring,
    backend: choices.backend,
    likeHost,
  };
}

/** Refuses choices that a busybox image has no use for. */
export function refuseChoices(recipe: Recipe, choices: BootstrapChoices): void {
  for (const [name, value] of Object.entries(choices)) {
    if (value === undefined || name === "arch" || (Array.isArray(value) && !value.length)) continue;
    throw refuseOption(name, String(value), `the image ${recipe.name} has nothing to choose there`);
  }
}

function chooseSuite(
  recipe: DebootstrapRecipe,
  reference: ImageReference,
  host: HostDistribution,
): string {
  if (reference.tag !== "latest") {
    const suite = Object.hasOwn(recipe.tags, reference.tag)
      ? recipe.tags[reference.tag]
      : undefined;
    if (suite !== undefined) return suite;
    throw new RootfsError(
      `failed to find image ${JSON.stringify(formatReference(reference))}: the recipe has no such tag`,
      {
        code: "IMAGE_NOT_FOUND",
        hint: `choose one of ${Object.keys(recipe.tags).join(", ")}, or name a suite with --suite`,
      },
    );
  }
  return host.id === recipe.name && host.codename ? host.codename : recipe.suite;
}

function requireMirror(mirror: string): void {
  let url: URL | undefined;
  try {
    url = new URL(mirror);
  } catch {
    // Told below with the other wrong forms.
  }
  const supported = ["http:", "https:", "file:"].includes(url?.protocol ?? "");
  if (!supported || /[\s'"\\|]/.test(mirror)) {
    throw refuseOption("mirror", mirror, "a http, https or file URL is needed");
  }
}

function requireForm(option: string, value: string, form: RegExp, needed: string): void {
  if (!form.test(value)) throw refuseOption(option, value, `${needed} is needed`);
}

function refuseOption(option: string, value: string, reason: string): RootfsError {
  return new RootfsError(`failed to use ${JSON.stringify(value)} as ${option}: ${reason}`, {
    code: "OPTION_INVALID",
  });
}
