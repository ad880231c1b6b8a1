import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RuntimeError } from "../../src/error.ts";
import { claimIdRange, forgetIdRange } from "../../src/user-namespace/id-range.ts";

const test = suite("claimIdRange");

let root: string;
test.before.each(() => {
  root = mkdtempSync(join(tmpdir(), "dockher-ids-"));
  mkdirSync(join(root, "etc"));
});
test.after.each(() => rmSync(root, { recursive: true }));

const hasCode = (code: string) => (error: unknown) =>
  error instanceof RuntimeError && error.code === code;
const claim = () => claimIdRange({ root, directory: join(root, "locks") });

function grant(subuid: string, subgid = subuid): void {
  writeFileSync(join(root, "etc/subuid"), subuid);
  writeFileSync(join(root, "etc/subgid"), subgid);
}

test("without a grant: 65536 ids where nobody else gets any from", () => {
  grant("containers:1000000:65536\n");
  const range = claim();
  assert.is(range.count, 65536);
  assert.is(range.start % 65536, 0);
  assert.ok(range.start > 2_000_200_000 && range.start + range.count <= 2_147_352_576);
  range.release();
});

test("no two have the same, and what is released comes back", () => {
  grant("dockher:100000:200000\n");
  const ranges = [claim(), claim(), claim()];
  assert.equal(ranges.map(({ start }) => start).sort(), [100_000, 165_536, 231_072]);
  assert.throws(claim, hasCode("NO_FREE_IDS"));
  ranges[1]?.release();
  const again = claim();
  assert.is(again.start, ranges[1]?.start);
  for (const range of [ranges[0], ranges[2], again]) range?.release();
  assert.equal(readdirSync(join(root, "locks")), []);
});

test("the lock of who has died holds nothing", () => {
  grant("dockher:100000:65536\n");
  mkdirSync(join(root, "locks"));
  writeFileSync(join(root, "locks/100000"), "");
  claim().release();
});

test("who has a duplicate of its descriptor holds it, and what nobody holds can be forgotten", () => {
  grant("dockher:100000:65536\n");
  const directory = join(root, "locks");
  const { fd, start } = claim();
  const duplicate = openSync(`/proc/self/fd/${fd}`, "r");
  forgetIdRange({ start }, { directory });
  assert.throws(claim, hasCode("NO_FREE_IDS"));
  closeSync(duplicate);
  closeSync(fd);
  forgetIdRange({ start }, { directory });
  assert.equal(readdirSync(directory), []);
  claim().release();
});

test("only ids that are granted as users' and as groups' count", () => {
  grant("dockher:100000:131072\n", "dockher:165536:65536\n");
  const range = claim();
  assert.is(range.start, 165_536);
  assert.throws(claim, /all are in use/);
  range.release();
  grant("dockher:100000:65535\n");
  assert.throws(claim, hasCode("NO_FREE_IDS"));
});

test.run();
