/** Starts a container with a named volume and one of its own, says that it runs, and stays. */
import { startContainer } from "../../src/lifecycle/start-container.ts";

await startContainer({
  source: { image: "busybox" },
  directories: JSON.parse(process.env.HOLD_DIRECTORIES ?? "{}"),
  command: ["sleep", "1000"],
  mounts: [
    { type: "volume", source: "data", target: "/content" },
    { type: "volume", target: "/content/own" },
  ],
});
process.stdout.write("runs\n");
