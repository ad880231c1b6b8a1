import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findDaemons } from "./daemons.ts";
import { formatFacts } from "./facts.ts";
import { MODES, type Mode } from "./modes.ts";
import { NamespaceBoundary } from "./namespace-boundary.ts";
import { findCompilerObstacle } from "./programs.ts";
import { PROMISES } from "./promises.ts";
import { type Finding, listBroken, nameFinding, parseReport } from "./report.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

/** The promise that the caller has to look after. */
const TERMINAL = 8;

for (const mode of MODES) {
  const obstacle = mode.obstacle ?? findCompilerObstacle();
  if (obstacle === undefined) addTests(mode);
  else console.log(`SKIP isolation: ${mode.name}: ${obstacle}`);
}

function addTests(mode: Mode): void {
  const test = suite(`isolation: ${mode.name}`);
  let workshop: Workshop;
  let boundary: NamespaceBoundary | undefined;
  let findings: Finding[] = [];
  const corePattern = readFileSync("/proc/sys/kernel/core_pattern", "utf8");

  const probe = async (): Promise<void> => {
    workshop = await openWorkshop(mode.user);
    if (mode.boundary) boundary = new NamespaceBoundary();
    const { stdout, stderr } = await workshop.runContainer(mode, {
      command: ["/probe", ...formatFacts(workshop.facts)],
    });
    assert.is(stderr, "");
    findings = parseReport(stdout);
  };
  test.before(async () => {
    try {
      await probe();
    } catch (error) {
      console.error(error); // uvu counts what a hook has prevented, but does not say why.
      throw error;
    }
  });
  test.after(async () => {
    boundary?.[Symbol.dispose]();
    await workshop?.remove();
  });

  for (const [number, text] of Object.entries(PROMISES)) {
    const promise = Number(number);
    if (promise === TERMINAL) continue;
    test(`promise ${promise}: ${text}`, () => {
      const own = findings.filter((finding) => finding.promise === promise);
      assert.ok(own.length > 0 || !hasChecks(promise), "nothing was checked");
      assert.equal(
        listBroken(own).sort(),
        mode.open.filter((name) => name.startsWith(`${promise} `)).sort(),
        own.map((finding) => `${nameFinding(finding)}: ${finding.detail}`).join("\n"),
      );
    });
  }

  // "session": the terminal controls the caller's session, as a shell's does; "bare": it controls none.
  for (const kind of ["session", "bare"])
    test(`promise 8: nothing is typed into the caller's terminal (${kind})`, async () => {
      const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
      const command = workshop.describeContainer(mode, {
        command: ["/probe", "only=8"],
        ...streams,
      });
      const output = await workshop.runDirty([workshop.programs.terminal, kind, ...command]);
      assert.match(output, "ok 8 TIOCSTI: everything was tried");
      const typed = /^terminal: (.*)$/m.exec(output)?.[1];
      assert.is(typed, "");
    });

  test("promise 50: nothing is left on the host", () => {
    assert.equal(findDaemons(workshop.facts["secret"] ?? ""), []);
    const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    assert.equal(
      mounts.filter((line) => line.includes(workshop.rootfs)),
      [],
    );
    assert.is(hostname(), workshop.facts["hostname"]);
    assert.is(readFileSync("/proc/sys/kernel/core_pattern", "utf8"), corePattern);
    assert.ok(workshop.canary.isAlive());
  });

  if (mode.options.cgroups !== "disabled" && mode.enter === undefined)
    test("promise 51: limits of processes and memory", async () => {
      const script = "for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait";
      const crowd = await workshop.runContainer(mode, {
        command: ["/bin/sh", "-c", script],
        limits: { pids: 4 },
      });
      assert.match(crowd.stderr, /can't fork|Resource temporarily unavailable/);
      const glutton = await workshop.runContainer(mode, {
        command: ["/bin/sh", "-c", "head -c 200m /dev/zero | tail"],
        limits: { memory: 32 * 2 ** 20 },
      });
      assert.is(glutton.reason, "oom-killed");
    });

  test.run();
}

/** 27 and 28 are about other ways into an x86-64 kernel. */
function hasChecks(promise: number): boolean {
  return process.arch === "x64" || (promise !== 27 && promise !== 28);
}
