import type { Contender, Entry, Turn, Workbench } from "../contender.js";
import { BenchError } from "../error.js";

interface LibraryOptions {
  /** Encode the plan once for all starts, as a service that reuses a box does. */
  prepared: boolean;
}

async function openLibrary(bench: Workbench, { prepared }: LibraryOptions): Promise<Contender> {
  // Not at the top: a missing addon must not keep the other rows from being measured.
  const { launch, preparePlan } = await import("@dockher/ns");
  const { createDockerPlan } = await import("./docker-plan.js");
  const described = createDockerPlan(bench);
  const plan = prepared ? preparePlan(described) : described;
  const start = async (turn: Turn): Promise<undefined> => {
    const launched = await launch(plan);
    turn();
    const exit = await launched.exited;
    if (exit.kind !== "exited" || exit.exitCode !== 0) {
      throw new BenchError(`failed to run /bin/true: it ended with ${JSON.stringify(exit)}`, {
        code: "CONTENDER_FAILED",
      });
    }
  };
  await start(() => {});
  return { start, async [Symbol.asyncDispose]() {} };
}

export const library: Entry = {
  name: "library",
  title: "@dockher/ns launch(), in-process",
  section: "starts",
  origin: "ours",
  open: (bench) => openLibrary(bench, { prepared: false }),
};

export const prepared: Entry = {
  name: "prepared",
  title: "@dockher/ns launch(), prepared plan",
  section: "starts",
  origin: "ours",
  open: (bench) => openLibrary(bench, { prepared: true }),
};
