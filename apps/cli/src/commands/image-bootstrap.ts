import { type BootstrapOptions, bootstrap, type ImageDetails, ImageStore } from "@dockher/rootfs";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { showImageProgress } from "../output/image-progress.js";
import { findDefaultImage } from "../run/default-image.js";
import { forwardSignals, toExitCode } from "../run/signals.js";
import { readBootstrapChoices } from "../values/bootstrap-choices.js";

const OPTIONS = {
  include: { kind: "list", placeholder: "PACKAGE,…", summary: "Install these packages too" },
  mirror: { kind: "value", placeholder: "URL", summary: "Where packages come from" },
  suite: { kind: "value", placeholder: "NAME", summary: "The release: bookworm, noble" },
  variant: {
    kind: "value",
    placeholder: "NAME",
    choices: ["minbase", "buildd", "-"],
    summary: "minbase, buildd, or - for the full base system",
  },
  arch: { kind: "value", placeholder: "NAME", summary: "The architecture: amd64, arm64" },
  keyring: { kind: "value", placeholder: "FILE", summary: "The keys that sign the mirror" },
  builder: {
    kind: "value",
    placeholder: "NAME",
    choices: ["debootstrap", "mmdebstrap"],
    summary: "debootstrap or mmdebstrap",
  },
  quiet: { kind: "flag", short: "q", summary: "Show no progress" },
} as const satisfies OptionTable;

export const imageBootstrap: Command = defineCommand({
  usage: "image bootstrap [OPTIONS] IMAGE",
  summary: `Make a built-in image on this machine: debian, ubuntu or busybox.
The mirror and the keys come from this machine's own apt where the distribution is the same.
An image that was made from the same recipe and options is left as it is.`,
  options: OPTIONS,
  grammar: { interspersed: true },
  examples: [
    {
      summary: "This machine's release of Debian, with a package",
      line: "dockher image bootstrap --include stress debian",
    },
    { summary: "Another release", line: "dockher image bootstrap ubuntu:noble" },
  ],
  execute: async ({ options, operands }, { root, env, print, notice }) => {
    if (operands.length > 1) throw refuseMany(operands);
    const image = operands[0] ?? (await findDefaultImage(env));
    const signals = forwardSignals({ terminal: false, notice });
    try {
      const quiet = options.quiet === true;
      const choices = readBootstrapChoices(options);
      const store = ImageStore.open({ root });
      const { id } = await makeImage({ ...choices, image, store, signal: signals.abort }, quiet);
      print(id);
      return 0;
    } catch (error) {
      if (signals.received !== undefined) return toExitCode(signals.received);
      throw error;
    }
  },
});

/** The progress is gone from the screen before anything else is printed. */
async function makeImage(options: BootstrapOptions, quiet: boolean): Promise<ImageDetails> {
  using progress = showImageProgress({ image: options.image, quiet });
  return await bootstrap({ ...options, onProgress: progress.update });
}

function refuseMany(operands: readonly string[]): UsageError {
  return new UsageError(`failed to make images ${operands.join(", ")}: one at a time`, {
    code: "TOO_MANY_ARGUMENTS",
    hint: "options stand before or behind one image: dockher image bootstrap --include stress debian",
  });
}
