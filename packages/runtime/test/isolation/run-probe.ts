/** Runs a container with the options in the first argument, and prints its result as JSON. */
import { run } from "../../src/run.ts";

const options = JSON.parse(process.argv[2] ?? "{}");
const result = await run(options).then(
  ({ stdout, stderr, ...rest }) => ({ ...rest, stdout: String(stdout), stderr: String(stderr) }),
  ({ code, message }) => ({ code, message }),
);
process.stdout.write(`${JSON.stringify(result)}\n`);
