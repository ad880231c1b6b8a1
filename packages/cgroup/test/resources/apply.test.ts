import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyChanges, applyWrites } from "../../src/resources/apply.js";
import { planV2 } from "../../src/resources/plan-v2.js";
import { assertRejects } from "../assert-rejects.js";

const test = suite("apply");

/** Applies to a kernel that answers some files with an errno; gives the writes that it took. */
async function apply(
  resources: Parameters<typeof planV2>[0],
  errnos: Readonly<Record<string, string>>,
): Promise<string[]> {
  const taken: string[] = [];
  await applyWrites(planV2(resources), {
    directoryOf: () => "/c",
    write: (path, value) => {
      const code = errnos[path];
      if (code !== undefined) throw Object.assign(new Error(code), { code });
      taken.push(`${path} = ${value}`);
    },
  });
  return taken;
}

test("takes the other file of the same meaning where the first is missing", async () => {
  const blockIO = { weight: 500 };
  assert.equal(await apply({ blockIO }, {}), ["/c/io.weight = 4950"]);
  assert.equal(await apply({ blockIO }, { "/c/io.weight": "ENOENT" }), ["/c/io.bfq.weight = 500"]);
  await assertRejects(
    () => apply({ blockIO }, { "/c/io.weight": "ENOENT", "/c/io.bfq.weight": "ENOENT" }),
    "CGROUP_LIMIT_UNSUPPORTED",
    /blockIO\.weight/,
  );
});

test("swap that cannot be limited is refused where the machine has swap", async () => {
  const applied = (): Promise<string[]> =>
    apply({ memory: { limit: 4096 } }, { "/c/memory.swap.max": "ENOENT" });
  if (/\n./.test(readFileSync("/proc/swaps", "utf8"))) {
    await assertRejects(applied, "CGROUP_LIMIT_UNSUPPORTED", /swapoff/);
  } else {
    assert.equal(await applied(), ["/c/memory.max = 4096"]);
  }
});

test("says which property the kernel refuses, and why", async () => {
  for (const [errno, code] of [
    ["EINVAL", "CGROUP_VALUE_REFUSED"],
    ["EBUSY", "CGROUP_BUSY"],
    ["EACCES", "CGROUP_PERMISSION_DENIED"],
    ["ENOTSUP", "CGROUP_LIMIT_UNSUPPORTED"],
    ["EIO", "CGROUP_FAILED"],
  ] as const) {
    const applied = (): Promise<string[]> =>
      apply({ pids: { limit: 5 } }, { "/c/pids.max": errno });
    await assertRejects(applied, code, /^failed to set pids\.limit to 5: /);
  }
});

/** Changes files that are there, until one of them answers with an errno. */
async function change(
  resources: Parameters<typeof planV2>[0],
  { refused, restorable }: { refused: string; restorable: boolean },
): Promise<{ error: unknown; files: Record<string, string> }> {
  const directory = mkdtempSync(join(tmpdir(), "dockher-cgroup-"));
  const files = {
    "memory.max": "4096",
    "memory.swap.max": "0",
    "cpuset.cpus": "",
    "pids.max": "9",
  };
  try {
    for (const [file, value] of Object.entries(files)) {
      writeFileSync(join(directory, file), `${value}\n`);
    }
    let failed = false;
    const error = await applyChanges(planV2(resources), {
      directoryOf: () => directory,
      write: (path, value) => {
        failed ||= path.endsWith(refused);
        const code = path.endsWith(refused) || (failed && !restorable) ? "EINVAL" : undefined;
        if (code !== undefined) throw Object.assign(new Error(code), { code });
        writeFileSync(path, value);
      },
    }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const read = (file: string): string => readFileSync(join(directory, file), "utf8").trim();
    return {
      error,
      files: Object.fromEntries(Object.keys(files).map((file) => [file, read(file)])),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("what was changed before the kernel refuses one is as it was", async () => {
  const resources = { memory: { limit: 8192 }, cpu: { cpus: "0", shares: 5 } };
  const refused = await change(resources, { refused: "cpu.weight", restorable: true });
  assert.match((refused.error as Error).message, /^failed to set cpu\.shares to /);
  assert.equal(refused.files, {
    "memory.max": "4096",
    "memory.swap.max": "0",
    "cpuset.cpus": "",
    "pids.max": "9",
  });
  const stuck = await change(resources, { refused: "cpu.weight", restorable: false });
  assert.is((stuck.error as { code?: string }).code, "CGROUP_HALF_UPDATED");
});

test.run();
