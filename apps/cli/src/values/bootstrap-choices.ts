import type { BootstrapChoices } from "@dockher/rootfs";

/** The words of an image's making, as `dockher run` and `dockher image bootstrap` share them. */
export interface BootstrapWords {
  readonly include: readonly string[];
  readonly mirror?: string | undefined;
  readonly suite?: string | undefined;
  readonly variant?: string | undefined;
  readonly arch?: string | undefined;
  readonly keyring?: string | undefined;
  readonly builder?: string | undefined;
}

/** Takes the words over as they are: the root filesystem's package checks them. Nothing given is an empty object. */
export function readBootstrapChoices(words: BootstrapWords): BootstrapChoices {
  const include = words.include.flatMap((text) => text.split(",")).filter((name) => name !== "");
  const { mirror, suite, variant, arch, keyring, builder: backend } = words;
  const choices = { mirror, suite, variant, arch, keyring, backend };
  const given = Object.entries(choices).filter(([, value]) => value !== undefined);
  if (include.length === 0) return Object.fromEntries(given) as BootstrapChoices;
  return { ...Object.fromEntries(given), include } as BootstrapChoices;
}
