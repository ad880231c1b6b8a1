import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findObstacle } from "../sandbox.ts";
import { findCompilerObstacle } from "./programs.ts";
import { LACKING, NEVER_FAILING } from "./proving-nothing.ts";
import { type Finding, listBroken, nameFinding } from "./report.ts";
import { probeWeakened } from "./weakened.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const test = suite("the probe where next to nothing is closed");
const obstacle = findObstacle() ?? findCompilerObstacle();
if (obstacle !== undefined)
  console.log(`SKIP the probe where next to nothing is closed: ${obstacle}`);

let workshop: Workshop;
let findings: Finding[];
test.before(async () => {
  workshop = await openWorkshop();
  findings = await probeWeakened(workshop);
});
test.after(() => workshop.remove());

test("every check fails somewhere, or proves nothing for a known reason", () => {
  const broken = new Set(listBroken(findings));
  const never = findings.filter((finding) => !broken.has(nameFinding(finding)));
  const reasons = new Map<string, string | undefined>();
  for (const finding of never) {
    const name = nameFinding(finding);
    reasons.set(name, LACKING.has(finding.detail) ? finding.detail : NEVER_FAILING[name]);
  }
  for (const [name, reason] of reasons)
    if (reason) console.log(`proves nothing: ${name}: ${reason}`);
  assert.equal(
    never.filter((finding) => reasons.get(nameFinding(finding)) === undefined),
    [],
  );
  assert.ok(broken.size > 100, `only ${broken.size} fail`);
});

test("what is known never to fail is a check", () => {
  const names = new Set(findings.map(nameFinding));
  assert.equal(
    Object.keys(NEVER_FAILING).filter((name) => !names.has(name)),
    [],
  );
});

if (obstacle === undefined) test.run();
