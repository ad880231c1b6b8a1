import { chmodSync, copyFileSync } from "node:fs";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import type { Step } from "../src/index.js";
import { findObstacle, whenPossible } from "./support/capability.js";
import { makePlan, Rootfs, run, runFailure, runScript } from "./support/container.js";

const suite = makeSuite("credentials");

const CAP_CHOWN = 1n << 0n;
const CAP_KILL = 1n << 5n;
const CAP_NET_BIND_SERVICE = 1n << 10n;

const user: Step[] = [
  { op: "groups", gids: [4, 24, 100_000] },
  { op: "gid", gid: 1001 },
  { op: "uid", uid: 1000, keepCapabilities: false },
];

function hex(mask: bigint): string {
  return mask.toString(16).padStart(16, "0");
}

/** BPF that answers the call with this number with EPERM (seccomp(2)). */
function forbid(call: number): Uint8Array {
  const instructions: [code: number, jt: number, jf: number, k: number][] = [
    [0x20, 0, 0, 0],
    [0x15, 0, 1, call],
    [0x06, 0, 0, 0x0005_0001],
    [0x06, 0, 0, 0x7fff_0000],
  ];
  const bytes = new DataView(new ArrayBuffer(instructions.length * 8));
  instructions.forEach(([code, jt, jf, k], index) => {
    bytes.setUint16(index * 8, code, true);
    bytes.setUint8(index * 8 + 2, jt);
    bytes.setUint8(index * 8 + 3, jf);
    bytes.setUint32(index * 8 + 4, k, true);
  });
  return new Uint8Array(bytes.buffer);
}

/** mkdir and mkdirat */
const MKDIR = process.arch === "x64" ? 83 : 34;

async function readStatus(steps: Step[], init = false): Promise<Record<string, string>> {
  const status = await runScript("", { steps, init, args: ["/bin/cat", "/proc/self/status"] });
  return Object.fromEntries(
    status.split("\n").map((line) => {
      const [field = "", value = ""] = line.split(/:\s*/, 2);
      return [field, value.trim()];
    }),
  );
}

whenPossible("credentials", findObstacle(), () => {
  for (const init of [false, true])
    suite(`user, group and groups are the plan's (init: ${init})`, async () => {
      const status = await readStatus(user, init);
      assert.is(status["Uid"], "1000\t1000\t1000\t1000");
      assert.is(status["Gid"], "1001\t1001\t1001\t1001");
      assert.is(status["Groups"], "4 24 100000");
      assert.is(status["CapEff"], hex(0n));
      assert.is(status["CapPrm"], hex(0n));
    });

  suite("no groups are no groups", async () => {
    const status = await readStatus([{ op: "groups", gids: [] }]);
    assert.is(status["Groups"], "");
  });

  suite("capability sets are the plan's", async () => {
    const sets = CAP_CHOWN | CAP_KILL | CAP_NET_BIND_SERVICE;
    const status = await readStatus([
      { op: "bounding", keep: sets },
      { op: "capabilities", effective: CAP_KILL, permitted: sets, inheritable: 0n, ambient: 0n },
    ]);
    // Root's exec gives back what is permitted and in the bounding set.
    assert.is(status["CapBnd"], hex(sets));
    assert.is(status["CapEff"], hex(sets));
    assert.is(status["CapInh"], hex(0n));
    assert.is(status["CapAmb"], hex(0n));
  });

  suite("a user keeps what is ambient", async () => {
    const kept = CAP_NET_BIND_SERVICE;
    const status = await readStatus([
      ...user.slice(0, 2),
      { op: "uid", uid: 1000, keepCapabilities: true },
      { op: "capabilities", effective: kept, permitted: kept, inheritable: kept, ambient: kept },
    ]);
    for (const set of ["CapEff", "CapPrm", "CapInh", "CapAmb"])
      assert.is(status[set], hex(kept), set);
  });

  suite("no_new_privs makes a setuid program plain", async () => {
    using rootfs = new Rootfs();
    copyFileSync(rootfs.join("bin/busybox"), rootfs.join("busybox"));
    chmodSync(rootfs.join("busybox"), 0o4755);
    const cat = ["/busybox", "cat", "/proc/self/status"];
    const readUid = async (steps: Step[]): Promise<string | undefined> => {
      const { stdout } = await run({ ...makePlan(rootfs, "", { steps }), args: cat });
      return /^Uid:\s*(.*)$/m.exec(stdout)?.[1];
    };
    assert.is(await readUid([...user, { op: "no-new-privileges" }]), "1000\t1000\t1000\t1000");
  });

  suite("the seccomp filter is the plan's, for a user as well", async () => {
    for (const before of [[], [...user, { op: "no-new-privileges" } as const]])
      for (const init of [false, true]) {
        const steps: Step[] = [...before, { op: "seccomp", program: forbid(MKDIR) }];
        const stdout = await runScript(
          "busybox mkdir /tmp/new 2>&1; grep Seccomp: /proc/self/status",
          {
            steps,
            init,
          },
        );
        assert.match(stdout, "Operation not permitted");
        assert.match(stdout, /Seccomp:\s*2/);
      }
  });

  suite("a filter as last step may forbid all but exec", async () => {
    const getcwd = process.arch === "x64" ? 79 : 17;
    const status = await readStatus([{ op: "seccomp", program: forbid(getcwd) }]);
    assert.is(status["Seccomp"], "2");
  });

  suite("a filter that the kernel refuses is reported", async () => {
    const error = await runFailure([{ op: "seccomp", program: new Uint8Array(8).fill(0xff) }]);
    assert.is(error.message, "failed to install the seccomp filter: EINVAL (invalid argument)");
  });

  suite("a right that is not there is reported", async () => {
    const error = await runFailure([...user, { op: "hostname", name: "box" }]);
    assert.is(error.message, "failed to set hostname box: EPERM (operation not permitted)");
  });
});

suite.run();
