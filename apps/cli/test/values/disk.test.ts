import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseDeviceRate, parseDeviceWeight } from "../../src/values/disk.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("rates and weights of disks");

test("bytes with a suffix, and numbers of operations", () => {
  assert.equal(parseDeviceRate("/dev/sda:10m", "device-read-bps"), {
    path: "/dev/sda",
    rate: 10 * 2 ** 20,
  });
  assert.equal(parseDeviceRate("/dev/disk/by-path/pci-0:0:1k", "device-write-bps"), {
    path: "/dev/disk/by-path/pci-0:0",
    rate: 1024,
  });
  assert.equal(parseDeviceRate("/dev/sda:1000", "device-read-iops"), {
    path: "/dev/sda",
    rate: 1000,
  });
  assert.equal(parseDeviceWeight("/dev/sda:200"), { path: "/dev/sda", weight: 200 });
});

test("refuses what is neither", () => {
  for (const text of [
    "",
    "/dev/sda",
    "/dev/sda:",
    ":5",
    "dev/sda:5",
    "/dev/sda:-1",
    "/dev/sda:0",
  ]) {
    assertThrows(() => parseDeviceRate(text, "device-write-iops"), "INVALID_LIMIT", /write-iops/);
    assertThrows(() => parseDeviceWeight(text), "INVALID_LIMIT", /blkio-weight-device/);
  }
  assertThrows(() => parseDeviceRate("/dev/sda:1k", "device-read-iops"), "INVALID_LIMIT");
  assertThrows(() => parseDeviceRate("/dev/sda", "device-read-bps"), "INVALID_LIMIT");
  assertThrows(() => parseDeviceRate("/dev/sda:fast", "device-read-bps"), "INVALID_SIZE");
});

test.run();
