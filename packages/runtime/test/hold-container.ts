/** Starts a container that sleeps, prints its pid and stays; ends it on SIGTERM. */
import { startContainer } from "../src/lifecycle/start-container.ts";

const container = await startContainer({
  source: { image: "busybox" },
  directories: JSON.parse(process.env.HOLD_DIRECTORIES ?? "{}"),
  command: ["sleep", "1000"],
  name: process.argv[2] ?? "held",
  userns: process.argv[3] === "auto" ? "auto" : "host",
  // The caller learns from the end of this stream that the container is gone too.
  stdout: "inherit",
  stderr: "inherit",
});
process.once("SIGTERM", () => void container[Symbol.asyncDispose]());
process.stdout.write(`${container.pid}\n`);
