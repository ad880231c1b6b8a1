import type { RunOptions } from "@dockher/runtime";
import type { Contender, Entry, Workbench } from "../contender.js";
import { BenchError } from "../error.js";
import { LIMITS } from "./limits.js";

async function openRuntime(
  bench: Workbench,
  options: Partial<RunOptions> = {},
): Promise<Contender> {
  const { run } = await import("@dockher/runtime");
  const start = async (): Promise<undefined> => {
    const { reason, status } = await run({
      source: { rootfs: bench.rootfs },
      command: ["/bin/true"],
      ...options,
    });
    if (reason !== "exited" || status.exitCode !== 0) {
      throw new BenchError(`failed to run /bin/true: it ${reason}`, { code: "CONTENDER_FAILED" });
    }
  };
  await start();
  return { start, async [Symbol.asyncDispose]() {} };
}

export const runtime: Entry = {
  name: "run",
  title: "@dockher/runtime run()",
  section: "starts",
  origin: "ours",
  open: (bench) => openRuntime(bench),
};

export const runtimeLimits: Entry = {
  name: "run-limits",
  title: "@dockher/runtime run(), with limits",
  section: "starts",
  origin: "ours",
  open: (bench) => openRuntime(bench, { limits: LIMITS }),
};

export const runtimeUserNamespace: Entry = {
  name: "run-userns",
  title: "@dockher/runtime run(), with ids of its own",
  section: "starts",
  origin: "ours",
  open: (bench) => openRuntime(bench, { userns: "auto" }),
};
