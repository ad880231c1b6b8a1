import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listHostDevices } from "../../src/spec/host-devices.ts";

const test = suite("listHostDevices");

test("numbers are those that stat(1) shows; the container's own nodes are left out", () => {
  const devices = listHostDevices();
  const zero = devices.find(({ path }) => path === "/dev/zero");
  assert.equal([zero?.type, zero?.major, zero?.minor], ["c", 1, 5]);
  for (const { path, major, minor } of devices) {
    const shown = execFileSync("stat", ["-c", "%Hr %Lr", path], { encoding: "utf8" }).trim();
    assert.is(`${major} ${minor}`, shown, path);
  }
  assert.not.ok(devices.some(({ path }) => /^\/dev\/(pts|shm|mqueue|console|ptmx)/.test(path)));
});

test.run();
