import { ImageStore, listRecipes } from "@dockher/rootfs";
import { listVolumes } from "@dockher/runtime";
import { GLOBAL_OPTIONS, type OptionTable } from "../arguments/option.js";
import { type Command, type CommandTable, defineCommand } from "../command.js";
import { COMMANDS } from "../command-table.js";

/** The hidden command behind the completion scripts: the words so far, the last one unfinished. */
export const complete: Command = defineCommand({
  usage: "__complete [WORD…]",
  summary: "Print what may come next, one in each line.",
  options: {},
  execute: async ({ operands }, { root, print }) => {
    const typed = operands.at(-1) ?? "";
    const candidates = await findCandidates(operands.slice(0, -1), typed, root);
    for (const candidate of candidates) {
      if (candidate.startsWith(typed)) print(candidate);
    }
    return 0;
  },
});

async function findCandidates(
  words: readonly string[],
  typed: string,
  root: string | undefined,
): Promise<string[]> {
  let table: CommandTable = COMMANDS;
  for (const [index, word] of words.entries()) {
    const entry = table[word];
    if (entry?.entries !== undefined) {
      table = entry.entries;
    } else if (entry?.load !== undefined) {
      const command = await entry.load();
      const options = { ...command.options, ...GLOBAL_OPTIONS };
      return completeArguments({ command, options, words: words.slice(index + 1), typed, root });
    } else {
      return [];
    }
  }
  return Object.keys(table).filter((name) => table[name]?.hidden !== true);
}

interface Completion {
  command: Command;
  options: OptionTable;
  words: readonly string[];
  typed: string;
  root: string | undefined;
}

async function completeArguments({
  command,
  options,
  words,
  typed,
  root,
}: Completion): Promise<string[]> {
  const previous = words.at(-1) ?? "";
  const valued = Object.entries(options).find(
    ([name, spec]) =>
      spec.kind !== "flag" && (previous === `--${name}` || previous === `-${spec.short}`),
  );
  if (valued !== undefined) return [...(valued[1].choices ?? [])];
  if (typed.startsWith("-")) {
    const shown = Object.entries(options).filter(([, spec]) => spec.hidden !== true);
    return shown.map(([name]) => `--${name}`);
  }
  if (command.usage.includes("VOLUME")) return listVolumeNames(root);
  return command.usage.includes("IMAGE") ? listImageNames(root) : [];
}

async function listVolumeNames(root: string | undefined): Promise<string[]> {
  const volumes = await listVolumes({ directories: root === undefined ? {} : { root } });
  return volumes.map(({ name }) => name);
}

async function listImageNames(root: string | undefined): Promise<string[]> {
  const images = await ImageStore.open({ root }).list();
  const names = images.flatMap(({ references }) => references);
  return [...new Set([...names, ...(await listRecipes())])].sort();
}
