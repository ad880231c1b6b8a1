import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseExposedPorts } from "../../src/values/exposed-port.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseExposedPorts");

test("one, a range, and each protocol", () => {
  assert.equal(parseExposedPorts("80"), ["80/tcp"]);
  assert.equal(parseExposedPorts("53/UDP"), ["53/udp"]);
  assert.equal(parseExposedPorts("7000-7002/sctp"), ["7000/sctp", "7001/sctp", "7002/sctp"]);
  assert.equal(parseExposedPorts("65535-65535"), ["65535/tcp"]);
});

test("refuses what is none", () => {
  for (const text of ["", "0", "65536", "a", "80/icmp", "81-80", "80-", "80:80", "-1"]) {
    assertThrows(() => parseExposedPorts(text), "INVALID_PORT", /--expose/);
  }
});

test.run();
