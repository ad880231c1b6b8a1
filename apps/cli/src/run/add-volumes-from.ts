import type { CommandContext } from "../command.js";
import type { RunCommandLine } from "./command-line.js";
import type { DescribedContainer } from "./container-options.js";

/**
 * Adds what `--volumes-from` names to a container's mounts. What finds other containers is loaded where it is used: most starts
 * need none of it.
 * @throws as `readVolumesFrom`
 */
export async function addVolumesFrom(
  described: DescribedContainer,
  { values }: Pick<RunCommandLine, "values">,
  { root }: Pick<CommandContext, "root">,
): Promise<DescribedContainer> {
  const named = values["volumes-from"];
  if (named.length === 0) return described;
  const { readVolumesFrom } = await import("./volumes-from.js");
  const mounts = named.flatMap((text) => readVolumesFrom(text, root));
  return { ...described, mounts: [...(described.mounts ?? []), ...mounts] };
}
