import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import type { RuntimeError } from "../src/error.ts";
import type { RunOptions } from "../src/options.ts";
import { run } from "../src/run.ts";
import { findObstacle, makeSandbox, type Sandbox } from "./sandbox.ts";

export interface RunSuite {
  test: Test;
  /** Why it cannot be run here. */
  obstacle: string | undefined;
  /** All that a script prints in a container of its own. */
  say: (script: string, options?: Partial<RunOptions>) => Promise<string>;
  /** That options are refused, by the code of the error. */
  refuse: (options: Partial<RunOptions>, code: string) => Promise<void>;
}

/** A suite of commands in containers of a data directory of its own, in which each leaves nothing. */
export function describeRuns(name: string): RunSuite {
  const test = suite(name);
  const obstacle = findObstacle();
  if (obstacle !== undefined) console.log(`SKIP ${name}: ${obstacle}`);
  let sandbox: Sandbox;
  test.before(async () => {
    sandbox = await makeSandbox();
  });
  test.after(() => sandbox.remove());
  test.after.each(() => assert.equal(sandbox.listLeftovers(), []));
  const say: RunSuite["say"] = async (script, options = {}) => {
    const { stdout, stderr } = await run({
      source: { image: "busybox" },
      command: ["sh", "-c", script],
      directories: sandbox.directories,
      ...options,
    });
    return stdout.toString() + stderr.toString();
  };
  return {
    test,
    obstacle,
    say,
    refuse: async (options, code) => {
      const error = await say("true", options).catch((reason: RuntimeError) => reason);
      assert.is((error as RuntimeError).code, code, JSON.stringify(options));
    },
  };
}
