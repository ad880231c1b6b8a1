import { GLOBAL_OPTIONS, type OptionSpec, type OptionTable } from "../arguments/option.js";
import type { Command, CommandTable } from "../command.js";

const WIDEST_LEFT = 34;

/** The help page of one command: usage, grouped options, examples. */
export function renderCommandHelp(command: Command): string {
  const groups = new Map<string, [string, string][]>();
  const table: OptionTable = { ...command.options, ...GLOBAL_OPTIONS };
  for (const [name, spec] of Object.entries(table)) {
    if (spec.hidden === true) continue;
    const group = spec.group ?? "Options:";
    groups.set(group, [...(groups.get(group) ?? []), [writeOption(name, spec), spec.summary]]);
  }
  const sections = [...groups].map(([heading, rows]) => renderSection(heading, rows));
  const examples = (command.examples ?? []).map(({ line, summary }): string => {
    return `  # ${summary}\n  ${line}`;
  });
  if (examples.length > 0) sections.push(`Examples:\n${examples.join("\n")}`);
  return `${[`Usage: dockher ${command.usage}`, command.summary, ...sections].join("\n\n")}\n`;
}

/** The page that lists commands: of `dockher`, or of a group of commands such as `image`. */
export function renderCommandList(words: readonly string[], table: CommandTable): string {
  const shown = Object.entries(table).filter(([, { hidden }]) => hidden !== true);
  const rows = shown.map(([word, { summary }]): [string, string] => [word, summary]);
  const name = ["dockher", ...words].join(" ");
  const sections = [`Usage: ${name} COMMAND [OPTIONS] …`];
  if (words.length === 0) sections.push(FIRST_PAGE);
  sections.push(
    renderSection("Commands:", rows),
    `See \`${name} COMMAND --help\` for the options.`,
  );
  return `${sections.join("\n\n")}\n`;
}

const FIRST_PAGE = `Runs a command in a container: isolated, limited, from an image that makes itself.

  dockher run --cmd "echo hello" --mem 200 --cpu 50
  dockher run -it debian bash
  dockher doctor`;

function renderSection(heading: string, rows: readonly [string, string][]): string {
  const width = Math.min(WIDEST_LEFT, Math.max(...rows.map(([left]) => left.length)));
  const lines = rows.map(([left, right]) => {
    const gap =
      left.length > width ? `\n${" ".repeat(width + 4)}` : " ".repeat(width - left.length + 2);
    return `  ${left}${gap}${right}`;
  });
  return `${heading}\n${lines.join("\n")}`;
}

function writeOption(name: string, { short, placeholder }: OptionSpec): string {
  const written = `${short === undefined ? "    " : `-${short}, `}--${name}`;
  return placeholder === undefined ? written : `${written} ${placeholder}`;
}
