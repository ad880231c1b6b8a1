import { resolve } from "node:path";
import { GLOBAL_OPTIONS } from "./arguments/option.js";
import { parseArguments } from "./arguments/parse.js";
import type { Command, CommandContext } from "./command.js";
import { findCommand } from "./find-command.js";
import { endOnBrokenPipe } from "./output/broken-pipe.js";
import { renderError } from "./output/render-error.js";

/** Runs one command line and resolves to its exit code; it prints errors and never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  let toFailureCode = (_error: unknown): number => 1;
  try {
    const found = findCommand(argv);
    if (found.kind === "list") {
      const { renderCommandList } = await import("./output/help.js");
      write(process.stdout, renderCommandList(found.words, found.table));
      return 0;
    }
    const context = createContext();
    if (found.kind === "version") {
      const { VERSION } = await import("./version.js");
      context.print(`dockher ${VERSION}`);
      return 0;
    }
    const command = await found.load();
    toFailureCode = command.toFailureCode ?? toFailureCode;
    return await execute(command, found.args, { ...context, root: found.root });
  } catch (error) {
    write(process.stderr, renderError(error, { debug: process.env["DOCKHER_DEBUG"] === "1" }));
    return toFailureCode(error);
  }
}

async function execute(
  command: Command,
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const table = { ...command.options, ...GLOBAL_OPTIONS };
  const parsed = parseArguments(args, table, command.grammar);
  if (parsed.options.help === true) {
    const { renderCommandHelp } = await import("./output/help.js");
    write(process.stdout, renderCommandHelp(command));
    return 0;
  }
  const root = parsed.options.root ?? context.root;
  return command.execute(parsed, {
    ...context,
    root: root === undefined ? undefined : resolve(context.cwd, root),
  });
}

function createContext(): CommandContext {
  return {
    env: process.env,
    cwd: process.cwd(),
    root: undefined,
    print: (line) => write(process.stdout, `${line}\n`),
    notice: (line) => write(process.stderr, `dockher: ${line}\n`),
  };
}

function write(stream: NodeJS.WriteStream, text: string): void {
  if (stream.listenerCount("error") === 0) stream.on("error", endOnBrokenPipe);
  stream.write(text);
}
