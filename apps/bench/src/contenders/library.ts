import type { Contender, Entry, Workbench } from "../contender.js";
import { BenchError } from "../error.js";

async function openLibrary(bench: Workbench): Promise<Contender> {
  // Not at the top: a missing addon must not keep the other rows from being measured.
  const { launch } = await import("@dockher/ns");
  const { createDockerPlan } = await import("./docker-plan.js");
  const plan = createDockerPlan(bench.rootfs);
  const start = async (): Promise<undefined> => {
    const launched = await launch(plan);
    const exit = await launched.exited;
    if (exit.kind !== "exited" || exit.exitCode !== 0) {
      throw new BenchError(`failed to run /bin/true: it ended with ${JSON.stringify(exit)}`, {
        code: "CONTENDER_FAILED",
      });
    }
  };
  await start();
  return { start, async [Symbol.asyncDispose]() {} };
}

export const library: Entry = {
  name: "library",
  title: "@dockher/ns launch(), in-process",
  section: "starts",
  origin: "ours",
  open: openLibrary,
};
