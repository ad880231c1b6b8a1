import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatDeviceRule, parseDeviceRule } from "../../src/values/device-rule.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseDeviceRule");

test("type, numbers, access", () => {
  assert.equal(parseDeviceRule("c 10:229 rwm"), {
    type: "c",
    major: 10,
    minor: 229,
    access: "rwm",
  });
  assert.equal(parseDeviceRule("b 8:* r"), { type: "b", major: 8, access: "r" });
  assert.equal(parseDeviceRule("a *:* rwm"), { type: "a", access: "rwm" });
});

test("is written as it was read", () => {
  for (const text of ["c 10:229 rwm", "b 8:* r", "a *:* rwm"]) {
    assert.is(formatDeviceRule(parseDeviceRule(text)), text);
  }
});

test("refuses what is none", () => {
  for (const text of ["", "c", "c 1:3", "x 1:3 r", "c 1 r", "c 1:3 x", "c -1:3 r", "c  1:3 r"]) {
    assertThrows(() => parseDeviceRule(text), "INVALID_DEVICE", /device-cgroup-rule/);
  }
});

test.run();
