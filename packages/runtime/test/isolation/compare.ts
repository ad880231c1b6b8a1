/** Runs the probe in every engine that is installed, and writes the table in docs/isolation.md anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CgroupManager } from "@dockher/cgroup";
import { findDaemons } from "./daemons.ts";
import { type Engine, openEngines, removeCgroups } from "./engines.ts";
import { formatFacts } from "./facts.ts";
import { PROMISES } from "./promises.ts";
import { type Finding, parseReport } from "./report.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const PAGE = fileURLToPath(new URL("../../docs/isolation.md", import.meta.url));
const [BEGIN, END] = ["<!-- compare: begin -->", "<!-- compare: end -->"];

const workshop = await openWorkshop();
const engines = await openEngines(workshop, join(dirname(workshop.rootfs), "engines"));
const columns: { engine: Engine; findings: Finding[] }[] = [];
try {
  for (const engine of engines) columns.push({ engine, findings: await probe(engine, workshop) });
} finally {
  for (const engine of engines) await engine.stop?.();
  removeCgroups();
  await workshop.remove();
}
const page = readFileSync(PAGE, "utf8");
const [before = "", rest = ""] = page.split(BEGIN);
writeFileSync(PAGE, `${before}${BEGIN}\n${formatTable()}\n${END}${rest.split(END)[1] ?? ""}`);

async function probe(engine: Engine, { facts, programs, runDirty }: Workshop): Promise<Finding[]> {
  console.error(engine.name);
  const output = await runDirty(engine.describe(["/probe", ...formatFacts(facts)], "pipes"));
  const findings = parseReport(output).filter(({ promise }) => promise !== 50);
  if (findings.length === 0) throw new Error(`${engine.name} ran nothing: ${output}`);
  const daemons = findDaemons(facts["secret"] ?? "");
  for (const pid of daemons) process.kill(pid, "SIGKILL");
  findings.push({ promise: 50, check: "processes", holds: daemons.length === 0, detail: "" });
  for (const { promise, check, holds, detail } of findings)
    if (!holds) console.error(`  ${promise} ${check}: ${detail}`);
  const command = engine.describe(["/probe", "only=8"], "terminal");
  const shown = await runDirty([programs.terminal, "session", ...command]);
  if (!shown.includes("ok 8 "))
    throw new Error(`${engine.name} ran nothing on a terminal: ${shown}`);
  findings.push({ promise: 8, check: "TIOCSTI", holds: /^terminal: $/m.test(shown), detail: "" });
  return findings;
}

function formatTable(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const { version } = CgroupManager.open();
  const broken = columns.map(({ engine, findings }) => {
    const promises = new Set(findings.filter(({ holds }) => !holds).map(({ promise }) => promise));
    return `${engine.name} ${promises.size}`;
  });
  return [
    `Linux ${release()}, ${cpus().length} processors, cgroup v${version}, root. Promises not kept: ${broken.join(", ")}.`,
    "",
    row(["#", "promise", ...columns.map(({ engine }) => engine.name)]),
    row(["---", "---", ...columns.map(() => "---")]),
    ...Object.entries(PROMISES).map(([number, text]) =>
      row([number, text, ...columns.map(({ findings }) => formatCell(Number(number), findings))]),
    ),
  ].join("\n");
}

function formatCell(promise: number, findings: readonly Finding[]): string {
  const own = findings.filter((finding) => finding.promise === promise);
  const broken = own.filter(({ holds }) => !holds).map(({ check }) => check);
  if (own.length === 0) return "not tried";
  if (broken.length === 0) return "yes";
  return broken.length === own.length ? "**no**" : `**no**: ${broken.join(", ")}`;
}
