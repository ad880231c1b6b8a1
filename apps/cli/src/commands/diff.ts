import { diffContainer } from "@dockher/runtime";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { describeDirectories } from "../run/create-kept.js";

const LETTERS = { added: "A", changed: "C", deleted: "D" } as const;

export const diff: Command = defineCommand({
  usage: "diff CONTAINER",
  summary: "List what a container has added to its image (A), changed (C) and deleted (D).",
  options: {},
  grammar: { interspersed: true },
  execute: async ({ operands: [container, ...more] }, context) => {
    if (container === undefined || more.length > 0) {
      throw new UsageError("failed to compare: one container is needed", {
        code: container === undefined ? "MISSING_ARGUMENT" : "TOO_MANY_ARGUMENTS",
        hint: "dockher diff NAME",
      });
    }
    for (const { kind, path } of await diffContainer({
      container,
      ...describeDirectories(context),
    })) {
      context.print(`${LETTERS[kind]} ${path}`);
    }
    return 0;
  },
});
