import { RuntimeError } from "./error.js";
import { collectOutput } from "./lifecycle/collect-output.js";
import { startRunningContainer } from "./lifecycle/start-container.js";
import type { RunOptions } from "./options.js";
import type { RunResult } from "./result.js";

const DEFAULT_OUTPUT_LIMIT = 16 * 2 ** 20;

/**
 * Runs a command in a container to its end and collects what it prints. Rejects only where it could not be started:
 * an exit code other than 0, a timeout and the like are results.
 * @throws as `startContainer`
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { input, outputLimit = DEFAULT_OUTPUT_LIMIT, ...rest } = options;
  if (!(Number.isSafeInteger(outputLimit) && outputLimit >= 0)) {
    throw new RuntimeError(
      `failed to limit the output to ${outputLimit}: it is no number of bytes`,
      {
        code: "INVALID_LIMIT",
      },
    );
  }
  const container = await startRunningContainer({
    ...rest,
    stdin: input === undefined ? "null" : "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  // A command that ends without reading its input breaks the pipe, which is its own business.
  container.stdin?.on("error", () => undefined).end(input);
  const { stdout, stderr } = container;
  if (stdout === undefined || stderr === undefined) throw new TypeError("the pipes are missing");
  const [result, output] = await Promise.all([
    container.wait(),
    collectOutput({
      streams: { stdout, stderr },
      limit: outputLimit,
      onLimit: () => container.killFor("output-limit"),
    }),
  ]).catch((error: unknown) => {
    stdout.destroy();
    stderr.destroy();
    throw error;
  });
  const { exceeded, ...captured } = output;
  // The command may have ended by itself while its last words were still in the pipe.
  const reason = exceeded && result.reason === "exited" ? "output-limit" : result.reason;
  return { ...result, reason, ...captured };
}
