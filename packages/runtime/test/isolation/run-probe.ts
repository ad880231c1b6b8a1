/** Runs a container with the options in the first argument, and prints its result as JSON. */
import { text } from "node:stream/consumers";
import { createContainer } from "../../src/kept/create-container.ts";
import { execInContainer } from "../../src/kept/exec-in-container.ts";
import { removeContainer } from "../../src/kept/remove-container.ts";
import { startKeptContainer } from "../../src/kept/start-kept-container.ts";
import { startContainer } from "../../src/lifecycle/start-container.ts";
import { run } from "../../src/run.ts";

const options = JSON.parse(process.argv[2] ?? "{}");
const result = await (options.enter ? enter() : runOrStart()).catch(({ code, message }) => ({
  code,
  message,
}));
process.stdout.write(`${JSON.stringify(result)}\n`);

/** With streams of the caller's own there is nothing to collect. */
async function runOrStart(): Promise<object> {
  if (options.stdout === "inherit") return (await startContainer(options)).wait();
  const { stdout, stderr, ...rest } = await run(options);
  return { ...rest, stdout: String(stdout), stderr: String(stderr) };
}

/** The command enters a container that runs already. */
async function enter(): Promise<object> {
  const { command, stdin, stdout, stderr, enter: _, ...described } = options;
  const { directories } = described;
  const { id: container } = await createContainer({
    ...described,
    command: ["/bin/sh", "-c", "sleep 1000"],
    finishCommand: ["/bin/true"],
  });
  try {
    await startKeptContainer({ container, directories });
    const streams = { stdin: stdin ?? "null", stdout: stdout ?? "pipe", stderr: stderr ?? "pipe" };
    await using entered = await execInContainer({ container, directories, command, ...streams });
    const [status, out, error] = await Promise.all([
      entered.wait(),
      entered.stdout === undefined ? "" : text(entered.stdout),
      entered.stderr === undefined ? "" : text(entered.stderr),
    ]);
    return { status, stdout: out, stderr: error };
  } finally {
    await removeContainer({ container, directories, force: true });
  }
}
