import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { launch, NsError, type Plan } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run } from "./support/container.js";

const suite = makeSuite("exec");

/** The error that a start of `args` fails with. */
async function failExec(
  rootfs: Rootfs,
  args: string[],
  changes: Partial<Plan> = {},
): Promise<NsError> {
  try {
    await using _process = await launch({ ...makePlan(rootfs, ""), args, ...changes });
  } catch (error) {
    if (error instanceof NsError) return error;
    throw error;
  }
  throw new Error("it started");
}

function writeProgram(path: string, text: string, mode = 0o755): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}

whenPossible("exec", findObstacle(), () => {
  for (const init of [false, true]) {
    suite(`not found is 127's error (init: ${init})`, async () => {
      using rootfs = new Rootfs();
      for (const name of ["nope", "/bin/nope", "/etc/../nope", "./nope", ""]) {
        const error = await failExec(rootfs, [name], { init });
        assert.is(error.code, "COMMAND_NOT_FOUND", name);
        assert.is(error.message, `failed to execute ${name}: not found`);
      }
    });

    suite(`found but not executable is 126's error (init: ${init})`, async () => {
      using rootfs = new Rootfs();
      writeProgram(rootfs.join("bin/plain"), "#!/bin/sh\n", 0o644);
      writeProgram(rootfs.join("bin/lost"), "#!/bin/no-such-interpreter\n");
      writeProgram(rootfs.join("bin/noise"), "\u0000\u0001\u0002\u0003");
      const reasons: [string, RegExp][] = [
        ["plain", /EACCES/],
        ["/bin/plain", /EACCES/],
        ["/bin", /is a directory/],
        ["lost", /the interpreter that it names is not there/],
        ["noise", /ENOEXEC/],
      ];
      for (const [name, reason] of reasons) {
        const error = await failExec(rootfs, [name], { init });
        assert.is(error.code, "COMMAND_NOT_EXECUTABLE", name);
        assert.match(error.message, reason);
      }
    });
  }

  suite("searches the plan's PATH, in order, in the new root", async () => {
    using rootfs = new Rootfs();
    for (const directory of ["one", "two", "three/tool"])
      mkdirSync(rootfs.join(directory), { recursive: true });
    writeProgram(rootfs.join("one/tool"), "#!/bin/sh\necho one\n", 0o644);
    writeProgram(rootfs.join("two/tool"), "#!/bin/sh\necho two\n");
    const tool = { ...makePlan(rootfs, ""), args: ["tool"] };
    // A directory and what may not be executed are passed by.
    const found = await run({ ...tool, env: ["PATH=/none:/three:/one:/two"] });
    assert.is(found.stdout, "two");
    assert.is((await failExec(rootfs, ["tool"], { env: ["PATH=/three:/one"] })).errno, "EACCES");
    assert.is((await failExec(rootfs, ["tool"], { env: ["PATH=/three"] })).errno, "ENOENT");
    const inDirectory = await run({
      ...tool,
      env: ["PATH="],
      steps: [...tool.steps, { op: "chdir", path: "/two" }],
    });
    assert.is(inDirectory.stdout, "two");
    const byDefault = await run({ ...tool, args: ["echo", "default"], env: [] });
    assert.is(byDefault.stdout, "default");
  });

  suite("arguments and environment arrive whole", async () => {
    using rootfs = new Rootfs();
    const args = ["/bin/echo", "", "two words", "ünïcödé", "x".repeat(100_000), "\n"];
    const { stdout } = await run({ ...makePlan(rootfs, ""), args });
    assert.is(stdout, args.slice(1).join(" ").trim());
    const env = ["EMPTY=", "A=1", `LONG=${"y".repeat(50_000)}`, "NO_EQUALS"];
    const shown = await run({
      ...makePlan(rootfs, ""),
      args: ["/bin/cat", "/proc/self/environ"],
      env,
    });
    assert.is(shown.stdout, `${env.join("\0")}\0`);
  });

  suite("a command line that is too long is refused by the kernel", async () => {
    using rootfs = new Rootfs();
    const args = ["/bin/echo", ...Array.from({ length: 40 }, () => "x".repeat(120_000))];
    assert.is((await failExec(rootfs, args)).errno, "E2BIG");
  });

  suite("a working directory outside the root is refused", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "");
    const steps = [{ op: "chdir", path: "/proc/self/fd/0" } as const];
    const error = await failExec(rootfs, ["/bin/true"], { steps: [...plan.steps, ...steps] });
    assert.match(error.message, /failed to change directory to \/proc\/self\/fd\/0: ELOOP/);
  });
});

suite.run();
