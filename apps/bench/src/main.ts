#!/usr/bin/env node
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DockherError } from "@dockher/spec";
import { type BenchOptions, parseArguments, USAGE } from "./arguments.js";
import { BenchError } from "./error.js";
import { leaveHybrid } from "./leave-hybrid.js";
import { drawPlot } from "./report/draw-plot.js";
import { formatReport } from "./report/format-report.js";
import { runBench } from "./run-bench.js";
import { openWorkbench } from "./workbench.js";

const RESULTS = new URL("../results", import.meta.url).pathname;

async function save(file: string | undefined, content: string | undefined): Promise<void> {
  if (file === undefined || content === undefined) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Aborts at Ctrl-C and at SIGTERM; the default handling would leave what was made. */
function listenForSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () =>
      controller.abort(new BenchError(`failed to measure: ${name}`, { code: "ABORTED" })),
    );
  }
  return controller.signal;
}

async function measure(options: BenchOptions): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new BenchError("failed to measure: containers without a user namespace need root", {
      code: "NOT_ROOT",
      hint: "run it with sudo",
    });
  }
  const signal = listenForSignals();
  await using bench = await openWorkbench();
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const results = await runBench(options, bench, { report, signal });
  process.stdout.write(`${formatReport(results)}\n`);
  await save(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  await save(options.svg, drawPlot(results));
}

async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseArguments(argv.slice(2), RESULTS);
    if (command.action === "help") {
      process.stdout.write(USAGE);
      return 0;
    }
    const exitCode = await leaveHybrid(argv.slice(1));
    if (exitCode === undefined) await measure(command.options);
    return exitCode ?? 0;
  } catch (error) {
    if (!(error instanceof DockherError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    if (error.hint) process.stderr.write(`hint: ${error.hint}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv);
