/** Runs a container with the options in the first argument, and prints its result as JSON. */
import { startContainer } from "../../src/lifecycle/start-container.ts";
import { run } from "../../src/run.ts";

const options = JSON.parse(process.argv[2] ?? "{}");
const result = await runOrStart().catch(({ code, message }) => ({ code, message }));
process.stdout.write(`${JSON.stringify(result)}\n`);

/** With streams of the caller's own there is nothing to collect. */
async function runOrStart(): Promise<object> {
  if (options.stdout === "inherit") return (await startContainer(options)).wait();
  const { stdout, stderr, ...rest } = await run(options);
  return { ...rest, stdout: String(stdout), stderr: String(stderr) };
}
