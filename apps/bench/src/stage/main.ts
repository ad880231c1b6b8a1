import { once } from "node:events";
import { performance } from "node:perf_hooks";
import type { Contender, Workbench } from "../contender.js";
import { ENTRIES } from "../contenders/entries.js";
import { openMainThreadClock } from "./main-thread-clock.js";
import { measureRate } from "./measure-rate.js";
import { measureStart } from "./measure-start.js";
import type { Request, Response } from "./messages.js";

/** A service starts containers with compiled code: after 20 starts V8 still interprets most of it, after 300 little. */
const WARM_UP_STARTS = 300;
/** Milliseconds after which a slow contender is warm enough: what it costs is not Node.js. */
const WARM_UP_TIME = 2000;

async function answer(contender: Contender, request: Request): Promise<Response> {
  switch (request.type) {
    case "start": {
      using mainThread = openMainThreadClock();
      return { type: "sample", sample: await measureStart(contender, mainThread) };
    }
    case "load":
      return { type: "rate", startsPerSecond: await measureRate(contender, request) };
  }
}

async function answerSafely(work: () => Promise<Response>): Promise<void> {
  const response = await work().catch(
    (error: unknown): Response => ({
      type: "failed",
      message: error instanceof Error ? error.message : String(error),
    }),
  );
  if (process.connected) process.send?.(response);
}

async function openContender(name: string, bench: Workbench): Promise<Contender> {
  const entry = ENTRIES.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`no contender is named ${name}`);
  const contender = await entry.open(bench);
  if (entry.section !== "command-lines") await warmUp(contender);
  return contender;
}

async function warmUp(contender: Contender): Promise<void> {
  const end = performance.now() + WARM_UP_TIME;
  for (let start = 0; start < WARM_UP_STARTS && performance.now() < end; start++) {
    await contender.start(() => {});
  }
}

/** The program of a stage: one contender, asked by the parent, until the parent closes the channel. */
async function main([name = "", bench = ""]: readonly string[]): Promise<void> {
  const disconnected = once(process, "disconnect");
  await answerSafely(async () => {
    const contender = await openContender(name, JSON.parse(bench));
    process.on("message", (request: Request) => answerSafely(() => answer(contender, request)));
    disconnected.then(() => contender[Symbol.asyncDispose]());
    return { type: "ready" };
  });
  await disconnected;
}

await main(process.argv.slice(2));
