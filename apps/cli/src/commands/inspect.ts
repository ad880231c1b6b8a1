import { inspectContainer, inspectVolume, measureContainer } from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { describeContainer } from "../output/describe-container.js";
import { describeImage } from "../output/describe-image.js";
import { describeVolume } from "../output/describe-volume.js";
import { INSPECT_FORMAT_OPTION, printInspected } from "../output/inspect.js";
import { renderError } from "../output/render-error.js";
import { describeDirectories } from "../run/create-kept.js";

const TYPES = ["container", "image", "volume"] as const;

type Type = (typeof TYPES)[number];

const OPTIONS = {
  ...INSPECT_FORMAT_OPTION,
  size: {
    kind: "flag",
    short: "s",
    summary: "Also what containers have written, and with their images",
  },
  type: {
    kind: "value",
    placeholder: "TYPE",
    choices: TYPES,
    summary: "Only what is a container, an image or a volume",
  },
} as const satisfies OptionTable;

export const inspect: Command = defineCommand({
  usage: "inspect [OPTIONS] NAME…",
  summary: "Show all about containers, images and volumes as JSON.",
  options: OPTIONS,
  grammar: { interspersed: true },
  execute: async ({ options, operands }, context) => {
    if (operands.length === 0) {
      throw new UsageError("failed to inspect: nothing is named", {
        code: "MISSING_ARGUMENT",
        hint: "dockher inspect NAME",
      });
    }
    const types = readTypes(options.type);
    const found: object[] = [];
    let exitCode = 0;
    for (const name of operands) {
      try {
        found.push(await find({ name, types, sized: options.size === true, context }));
      } catch (error) {
        exitCode = 1;
        process.stderr.write(renderError(error, { debug: context.env["DOCKHER_DEBUG"] === "1" }));
      }
    }
    if (found.length > 0 || options.format === undefined) {
      printInspected(found, { format: options.format, print: context.print });
    }
    return exitCode;
  },
});

function readTypes(written: string | undefined): readonly Type[] {
  if (written === undefined) return TYPES;
  const type = TYPES.find((candidate) => candidate === written);
  if (type !== undefined) return [type];
  throw new UsageError(`failed to parse --type "${written}": there is no such type`, {
    code: "INVALID_TYPE",
    hint: `write ${TYPES.join(", ")}`,
  });
}

interface Named {
  name: string;
  sized: boolean;
  context: CommandContext;
}

const FINDERS: Readonly<Record<Type, (named: Named) => Promise<object>>> = {
  async container({ name, sized, context }) {
    const target = { container: name, ...describeDirectories(context) };
    const size = sized ? await measureContainer(target) : undefined;
    return describeContainer(inspectContainer(target), size);
  },
  async image({ name, context: { root } }) {
    const { ImageStore } = await import("@dockher/rootfs");
    return describeImage(await ImageStore.open({ root }).inspect(name));
  },
  async volume({ name, context }) {
    return describeVolume(await inspectVolume({ name, ...describeDirectories(context) }));
  },
};

/** What else may have the name: what is no name of an image, or of a volume, is not one. */
const PASSED_OVER: readonly unknown[] = [
  "CONTAINER_NOT_FOUND",
  "IMAGE_NOT_FOUND",
  "IMAGE_REFERENCE_INVALID",
  "INVALID_VOLUME_NAME",
  "VOLUME_NOT_FOUND",
];

/** As Docker: a container first, then an image, then a volume. */
async function find({ types, ...named }: Named & { types: readonly Type[] }): Promise<object> {
  for (const type of types) {
    try {
      return await FINDERS[type](named);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (types.length === 1 || !PASSED_OVER.includes(code)) throw error;
    }
  }
  throw new UsageError(`failed to inspect ${named.name}: no such object`, {
    code: "OBJECT_NOT_FOUND",
    hint: "list them all: dockher ps -a, dockher image ls, dockher volume ls",
  });
}
