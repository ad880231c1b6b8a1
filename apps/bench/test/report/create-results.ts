import { createRow, judgeGoals, type Results, type Series } from "../../src/results.ts";

/** The results of a run that never was. */
export function createResults(): Results {
  const series: Series[] = [
    {
      section: "starts",
      gapMs: 0,
      rows: [
        createRow("floor", "plain C", [{ wallMs: 2, cpuMs: 1.5 }]),
        createRow("library", 'a <b> & "c"', [
          { wallMs: 2.4, cpuMs: 2, blockedMs: 0.05, mainThreadMs: 0.1 },
        ]),
        createRow("bwrap", "bwrap", [{ wallMs: 10, cpuMs: 3, blockedMs: 1, mainThreadMs: 1.2 }]),
      ],
    },
    {
      section: "command-lines",
      gapMs: 0,
      rows: [createRow("node", "node -e 0", [{ wallMs: 40, cpuMs: 30, memoryMib: 38 }])],
    },
  ];
  return {
    date: "2026-01-01T00:00:00.000Z",
    host: { processor: "CPU", processors: 2, kernel: "6.1.0", node: "v20.19.0", cgroup: "v2" },
    series,
    throughput: [
      { name: "library", inFlight: 1, startsPerSecond: 400 },
      { name: "library", inFlight: 8, startsPerSecond: 800 },
    ],
    goals: judgeGoals(series),
    skipped: [{ name: "docker", reason: "no daemon" }],
  };
}
