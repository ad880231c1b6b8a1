import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { launch, NsError, type Plan, preparePlan } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs } from "./support/container.js";

const suite = makeSuite("prepared plan");
const none = { kind: "null" } as const;

suite("what no kernel could carry out is refused at once", () => {
  const plan: Plan = { args: [], env: [], namespaces: [], stdio: [none, none, none], steps: [] };
  try {
    preparePlan(plan);
  } catch (error) {
    assert.instance(error, NsError);
    assert.is((error as NsError).code, "INVALID_PLAN");
    return;
  }
  assert.unreachable("the plan was taken");
});

whenPossible("prepared plan", findObstacle(), () => {
  suite("it starts many times, also at once, as it was", async () => {
    using rootfs = new Rootfs();
    const steps = [{ op: "hostname", name: "before" }] as const;
    const changing = makePlan(rootfs, 'test "$(hostname)" = before && exit 7', {
      stdio: [none, none, none],
      steps: [...steps],
    });
    const prepared = preparePlan(changing);
    changing.args = ["/bin/false"];
    changing.steps = [];
    const exits = await Promise.all(
      Array.from({ length: 8 }, async () => (await launch(prepared)).exited),
    );
    for (const exit of exits) assert.is(exit.kind === "exited" && exit.exitCode, 7);
  });

  suite("a start that fails says what the plan said when it was prepared", async () => {
    using rootfs = new Rootfs();
    const plan = makePlan(rootfs, "", { args: ["/no/such"], stdio: [none, none, none] });
    const prepared = preparePlan(plan);
    plan.args = ["/bin/true"];
    const error = await launch(prepared).catch((reason: NsError) => reason);
    assert.is((error as NsError).code, "COMMAND_NOT_FOUND");
    assert.match((error as NsError).message, "/no/such");
  });

  suite("a signal that was aborted before starts nothing", async () => {
    using rootfs = new Rootfs();
    const prepared = preparePlan(makePlan(rootfs, "exit 0", { stdio: [none, none, none] }));
    const signal = AbortSignal.abort();
    const error = await launch(prepared, { signal }).catch((reason: NsError) => reason);
    assert.is((error as NsError).code, "LAUNCH_ABORTED");
  });
});

suite.run();
