import { fork } from "node:child_process";
import { once } from "node:events";
import type { ContenderName, Sample, Workbench } from "../contender.js";
import { ENVIRONMENT } from "../contenders/spawned.js";
import { BenchError } from "../error.js";
import type { Load, Request, Response } from "./messages.js";

const MAIN = new URL("./main.js", import.meta.url);

/** A contender in a process of its own. One question at a time. */
export interface Stage extends AsyncDisposable {
  measureStart(): Promise<Sample>;
  /** Starts per second. */
  measureRate(load: Load): Promise<number>;
}

/**
 * Opens a contender in a Node.js process of its own. In a shared one they would pay for each other: after a fork,
 * which is what `child_process.spawn` does, each page that Node.js writes to is copied first.
 * @throws BenchError `CONTENDER_FAILED`, also from the stage's methods.
 */
export async function openStage(name: ContenderName, bench: Workbench): Promise<Stage> {
  // A session of its own: at Ctrl-C the start that is being measured still ends by itself.
  const child = fork(MAIN, [name, JSON.stringify(bench)], {
    env: ENVIRONMENT,
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");

  const receive = async (): Promise<Exclude<Response, { type: "failed" }>> => {
    const controller = new AbortController();
    const ended = exited.then(
      ([code, signal]): Response => ({
        type: "failed",
        message: `failed to measure ${name}: its process ended with ${signal ?? code}`,
      }),
    );
    const message = once(child, "message", controller).then(([response]): Response => response);
    const response = await Promise.race([message, ended]);
    message.catch(() => {});
    controller.abort();
    if (response.type !== "failed") return response;
    throw new BenchError(response.message, { code: "CONTENDER_FAILED" });
  };
  const ask = (request: Request) => {
    const response = receive();
    child.send(request);
    return response;
  };
  const close = async () => {
    if (child.connected) child.disconnect();
    await exited;
  };

  try {
    await receive();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async measureStart() {
      const response = await ask({ type: "start" });
      if (response.type === "sample") return response.sample;
      throw new BenchError(`failed to measure ${name}: no sample came`, {
        code: "CONTENDER_FAILED",
      });
    },
    async measureRate(load) {
      const response = await ask({ type: "load", ...load });
      if (response.type === "rate") return response.startsPerSecond;
      throw new BenchError(`failed to measure ${name}: no rate came`, { code: "CONTENDER_FAILED" });
    },
    [Symbol.asyncDispose]: close,
  };
}
