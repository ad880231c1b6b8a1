import { type CreatedContainer, createContainer } from "@dockher/runtime";
import type { ParsedArguments } from "../arguments/parse.js";
import type { CommandContext } from "../command.js";
import { showImageProgress } from "../output/image-progress.js";
import { addVolumesFrom } from "./add-volumes-from.js";
import { readCommandLine } from "./command-line.js";
import { describeContainer, toSource } from "./container-options.js";
import { findDefaultImage } from "./default-image.js";
import { IdFile } from "./id-file.js";
import { readKeptOptions } from "./kept-options.js";
import type { RunOptionTable } from "./option-table.js";
import { prepareImage } from "./prepare-image.js";
import { catchEnd } from "./signals.js";
import { DEFAULT_SIZE, readTerminalSize } from "./terminal-size.js";

/**
 * Creates the container that the arguments of `create`, or of a `run` below a monitor, describe.
 * @throws UsageError, SpecError for bad values, and as `createContainer`
 */
export async function createKept(
  parsed: ParsedArguments<RunOptionTable>,
  context: CommandContext,
): Promise<CreatedContainer> {
  const line = readCommandLine(parsed);
  const { values } = line;
  const described = await addVolumesFrom(describeContainer(line, context), line, context);
  const kept = readKeptOptions(values);
  using idFile = values.cidfile === undefined ? undefined : new IdFile(values.cidfile);
  const image = values.rootfs ?? line.image ?? (await findDefaultImage(context.env));
  using progress = showImageProgress({ image, quiet: values.quiet === true });
  using signals = catchEnd();
  const signal = signals.abort;
  await prepareImage(line, { image, root: context.root, signal, onProgress: progress.update });
  const created = await createContainer({
    ...described,
    ...kept,
    ...(values.tty === true
      ? { terminal: values.detach === true ? DEFAULT_SIZE : readTerminalSize() }
      : {}),
    source: toSource(line, image, context.cwd),
    finishCommand: [process.execPath, process.argv[1] ?? "", "__finish"],
    signal,
    onImageProgress: progress.update,
    ...describeDirectories(context),
  });
  idFile?.write(created.id);
  return created;
}

/** The data directory that the command line names, for the runtime's functions. */
export function describeDirectories({ root }: Pick<CommandContext, "root">): {
  directories?: { root: string };
} {
  return root === undefined ? {} : { directories: { root } };
}
