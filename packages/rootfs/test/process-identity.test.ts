import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatIdentity, identifySelf, isAlive, parseIdentity } from "../src/process-identity.js";

const test = suite("process-identity");

test("the caller is alive; a reused pid, another boot and a dead process are not", async () => {
  const self = identifySelf();
  assert.ok(isAlive(self));
  assert.not(isAlive({ ...self, startTime: "1" }));
  assert.not(isAlive({ ...self, bootId: "00000000-0000-0000-0000-000000000000" }));
  const child = spawn("true");
  await once(child, "exit");
  assert.not(isAlive({ ...self, pid: child.pid ?? 0 }));
});

test("a process of another PID namespace counts as alive until the next boot", async () => {
  const self = identifySelf();
  assert.ok(isAlive({ ...self, namespace: "1", startTime: "1" }));
  assert.not(isAlive({ ...self, namespace: "1", bootId: "0" }));
});

test("who cannot look, out of descriptors, does not take the living for dead", () => {
  const script = `
    const { identifySelf, isAlive } = await import(process.argv[1]);
    const { openSync } = await import("node:fs");
    const self = identifySelf();
    try { for (;;) openSync("/dev/null", "r"); } catch {}
    try { process.exitCode = isAlive(self) ? 0 : 1; } catch (error) { process.exitCode = error.code === "EMFILE" ? 0 : 2; }`;
  const module = new URL("../src/process-identity.ts", import.meta.url).href;
  const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", script, module];
  const { status, stderr } = spawnSync("sh", ["-c", 'ulimit -n 64; exec "$@"', "sh", ...node], {
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
});

test("the file name form is read back, and nothing else is", async () => {
  const self = identifySelf();
  assert.equal(parseIdentity(formatIdentity(self)), self);
  for (const text of ["", "1", "1.2.3", "a.b.c.d", "../../x"]) {
    assert.is(parseIdentity(text), undefined);
  }
});

test.run();
