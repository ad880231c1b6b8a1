/** Starts one container after the other until it is terminated. */
import { parentPort, workerData } from "node:worker_threads";
import { run } from "../../dist/index.js";

parentPort.postMessage("begun");
for (;;) await run({ source: { image: "busybox" }, directories: workerData, command: ["true"] });
