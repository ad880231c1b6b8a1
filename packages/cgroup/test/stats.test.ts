import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readStatsV1, sumOperations } from "../src/stats-v1.js";
import { parseIoStat, parsePressure, readStatsV2 } from "../src/stats-v2.js";

const test = suite("stats");

function withFiles<T>(files: Readonly<Record<string, string>>, read: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), "dockher-cgroup-"));
  try {
    for (const [name, content] of Object.entries(files))
      writeFileSync(`${directory}/${name}`, content);
    return read(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("v2", () => {
  const stats = withFiles(
    {
      "cpu.stat":
        "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 4\nnr_throttled 3\nthrottled_usec 2\n",
      "memory.current": "4096\n",
      "memory.max": "max\n",
      "memory.peak": "8192\n",
      "memory.swap.current": "0\n",
      "memory.stat": "anon 1\ninactive_file 3\n",
      "memory.events": "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\n",
      "pids.current": "2\n",
      "pids.max": "20\n",
      "io.stat": "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n",
    },
    readStatsV2,
  );
  assert.equal(stats, {
    cpu: { usageUs: 30, userUs: 20, systemUs: 10, periods: 4, throttledPeriods: 3, throttledUs: 2 },
    memory: {
      usage: 4096,
      peak: 8192,
      limit: null,
      inactiveFile: 3,
      swap: 0,
      oomKills: 1,
      maxEvents: 7,
    },
    pids: { current: 2, limit: 20 },
    io: { readBytes: 1, writtenBytes: 2, reads: 3, writes: 4 },
  });
});

test("v2 without controllers", () => {
  assert.equal(withFiles({ "cpu.stat": "usage_usec 30\n" }, readStatsV2), { cpu: { usageUs: 30 } });
});

test("v1", () => {
  const stats = withFiles(
    {
      "cpuacct.usage": "30000\n",
      "cpuacct.usage_user": "20000\n",
      "cpuacct.usage_sys": "10000\n",
      "cpu.stat": "nr_periods 4\nnr_throttled 3\nthrottled_time 2000\n",
      "memory.usage_in_bytes": "4096\n",
      "memory.max_usage_in_bytes": "8192\n",
      "memory.limit_in_bytes": "9223372036854771712\n",
      "memory.stat": "cache 1\nswap 5\ninactive_file 2\ntotal_inactive_file 3\ntotal_swap 6\n",
      "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
      "pids.current": "2\n",
      "pids.max": "max\n",
    },
    (directory) => {
      const [memory, pids, cpu, cpuacct] = [directory, directory, directory, directory];
      return readStatsV1({ memory, pids, cpu, cpuacct });
    },
  );
  assert.equal(stats, {
    cpu: { usageUs: 30, userUs: 20, systemUs: 10, periods: 4, throttledPeriods: 3, throttledUs: 2 },
    memory: { usage: 4096, peak: 8192, limit: null, inactiveFile: 3, swap: 5, oomKills: 1 },
    pids: { current: 2, limit: null },
  });
});

test("I/O is summed over the devices", () => {
  assert.equal(parseIoStat("8:0 rbytes=1 wbytes=2 rios=3 wios=4\n8:16 rbytes=10 rios=30\n7:0 \n"), {
    readBytes: 11,
    writtenBytes: 2,
    reads: 33,
    writes: 4,
  });
  const text = "8:0 Read 1\n8:0 Write 2\n8:0 Sync 9\n8:16 Read 10\nTotal 22\n";
  assert.equal(sumOperations(text), { Read: 11, Write: 2 });
});

test("pressure", () => {
  const some = "some avg10=1.50 avg60=0.00 avg300=0.25 total=42\n";
  const line = { avg10: 1.5, avg60: 0, avg300: 0.25, totalUs: 42 };
  assert.equal(parsePressure(some), { some: line });
  assert.equal(parsePressure(some + some.replace("some", "full")), { some: line, full: line });
  assert.is(parsePressure(""), undefined);
});

test.run();
