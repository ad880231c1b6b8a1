import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decideReason } from "../../src/lifecycle/decide-reason.ts";

const test = suite("decideReason");

test("what Dockher did itself comes first, then the kernel's counter, then the status", () => {
  const killed = { signal: "SIGKILL" } as const;
  assert.is(decideReason({ status: killed, killedFor: "timed-out", oomKills: 1 }), "timed-out");
  assert.is(decideReason({ status: killed, killedFor: undefined, oomKills: 1 }), "oom-killed");
  assert.is(
    decideReason({ status: { exitCode: 1 }, killedFor: undefined, oomKills: 2 }),
    "oom-killed",
  );
  assert.is(decideReason({ status: killed, killedFor: undefined, oomKills: 0 }), "signaled");
  assert.is(
    decideReason({ status: { exitCode: 137 }, killedFor: undefined, oomKills: 0 }),
    "exited",
  );
  assert.is(decideReason({ status: { exitCode: 0 }, killedFor: undefined, oomKills: 3 }), "exited");
});

test.run();
