import { readFile } from "node:fs/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCommand, runIsolated } from "../../src/bootstrap/command.js";
import { namespaces, testUnless } from "../capabilities.js";
import { refuse } from "../refuse.js";

const test = suite("command");

test("captures output and exit code, and passes no environment on", async () => {
  process.env["DOCKHER_SECRET"] = "secret";
  const result = await runCommand("sh", ["-c", "env; echo oops >&2; exit 3"], { env: { A: "b" } });
  delete process.env["DOCKHER_SECRET"];
  assert.is(result.exitCode, 3);
  assert.match(result.stdout.toString(), /^A=b$/m);
  assert.not.match(result.stdout.toString(), "secret");
  assert.match(result.log, "oops");
});

test("hands over what is written to descriptor 3", async () => {
  let status = "";
  await runCommand("sh", ["-c", "echo one >&3; echo two >&3"], { onStatus: (c) => (status += c) });
  assert.is(status, "one\ntwo\n");
});

test("a program that is missing is an error, an abort ends the command", async () => {
  await refuse("PROGRAM_MISSING", () => runCommand("/nonexistent", []));
  const controller = new AbortController();
  const running = runCommand("sh", ["-c", "echo up >&3; sleep 1000"], {
    signal: controller.signal,
    onStatus: () => controller.abort(new Error("enough")),
  });
  await running.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "enough"),
  );
});

testUnless(
  test,
  namespaces,
  "isolated: PID 1 of its own, with mounts that nobody else sees",
  async () => {
    const before = await readFile("/proc/self/mountinfo", "utf8");
    const script =
      "mount -t tmpfs dockher-test /mnt && grep -c dockher-test /proc/self/mountinfo; echo $$";
    const { stdout } = await runIsolated("sh", ["-c", script]);
    assert.is(stdout.toString(), "1\n1\n");
    assert.is(await readFile("/proc/self/mountinfo", "utf8"), before);
  },
);

testUnless(test, namespaces, "isolated: an abort ends all that it started", async () => {
  const controller = new AbortController();
  // The promise settles when the last holder of the pipes is gone, so this returns only if all end.
  const running = runIsolated("sh", ["-c", "setsid sleep 1000 & echo up >&3; wait"], {
    signal: controller.signal,
    onStatus: () => controller.abort(new Error("enough")),
  });
  await running.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "enough"),
  );
});

test.run();
