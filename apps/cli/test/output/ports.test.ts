import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describePorts } from "../../src/output/ports.ts";

const test = suite("describePorts");

test("by number, neighbours of one protocol together", () => {
  assert.is(describePorts([]), "");
  assert.is(describePorts(["443/tcp", "80/tcp"]), "80/tcp, 443/tcp");
  assert.is(
    describePorts(["7001/tcp", "53/udp", "7000/tcp", "7002/tcp", "7001/udp"]),
    "53/udp, 7000-7002/tcp, 7001/udp",
  );
});

test.run();
