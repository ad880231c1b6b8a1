import { suite } from "uvu";
import * as assert from "uvu/assert";
import { generateRlimits, RLIM_INFINITY, RLIMITS } from "../../src/spec/generate-rlimits.ts";

const test = suite("generateRlimits");

const find = (type: string, ulimits = {}) =>
  generateRlimits(ulimits).find((limit) => limit.type === type);

test("every limit that counts has a default, so that none is the caller's", () => {
  const types = generateRlimits({}).map(({ type }) => type);
  // Linux ignores the first two, and derives the third from the machine's memory.
  const left = ["RLIMIT_RSS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING"];
  assert.equal([...types, ...left].sort(), [...RLIMITS].sort());
});

test("the defaults are no core dumps, 1024 files and Linux' own stack", () => {
  assert.equal(find("RLIMIT_CORE"), { type: "RLIMIT_CORE", soft: 0, hard: RLIM_INFINITY });
  assert.equal(find("RLIMIT_NOFILE"), { type: "RLIMIT_NOFILE", soft: 1024, hard: 524_288 });
  assert.is(find("RLIMIT_STACK")?.soft, 8 * 2 ** 20);
});

test("a wish takes the place of a default, or of none", () => {
  const core = { soft: 1, hard: Number.POSITIVE_INFINITY };
  assert.equal(find("RLIMIT_CORE", { core }), {
    type: "RLIMIT_CORE",
    soft: 1,
    hard: RLIM_INFINITY,
  });
  const sigpending = { soft: 5, hard: 5 };
  assert.equal(find("RLIMIT_SIGPENDING", { sigpending })?.hard, 5);
  assert.is(generateRlimits({ core }).length, generateRlimits({}).length);
});

for (const [what, ulimits] of Object.entries({
  "a name that is none": { files: { soft: 1, hard: 1 } },
  "a fraction": { nofile: { soft: 1.5, hard: 2 } },
  "a negative number": { nofile: { soft: -1, hard: 2 } },
  "soft above hard": { nofile: { soft: 3, hard: 2 } },
}))
  test(`${what} is refused`, () => {
    assert.throws(
      () => generateRlimits(ulimits),
      (error: Error & { code?: string }) => error.code === "INVALID_ULIMIT",
    );
  });

test.run();
