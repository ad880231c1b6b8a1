import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ContainerStatus,
  describeCommand,
  describeStatus,
  shortenId,
  shortenText,
} from "../../src/output/container-words.ts";

const test = suite("container words");

test("ids and texts", () => {
  assert.is(shortenId(`sha256:${"d".repeat(64)}`), "d".repeat(12));
  assert.is(shortenId("3e6b55cabfe0aaaa"), "3e6b55cabfe0");
  assert.is(shortenText("12345", 5), "12345");
  assert.is(shortenText("äöüßé!", 5), "äöüß…");
});

test("commands are quoted, and cut at 20", () => {
  const command = ["sh", "-c", `'echo "hi"\tthere; sleep 300'`];
  assert.is(describeCommand(command, { whole: false }), `"sh -c 'echo \\"hi\\"\\tth…"`);
  assert.is(
    describeCommand(command, { whole: true }),
    `"sh -c 'echo \\"hi\\"\\tthere; sleep 300'"`,
  );
  assert.is(describeCommand(["sleep", "300"], { whole: false }), '"sleep 300"');
});

test("status", () => {
  const now = new Date("2026-01-10T00:00:00Z");
  const before = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  const started = { startedAt: before(2) };
  const finished = { finishedAt: before(180) };
  const cases: [ContainerStatus, string][] = [
    [{ state: "created" }, "Created"],
    [{ state: "dead" }, "Dead"],
    [{ state: "running", ...started }, "Up 2 seconds"],
    [{ state: "running", ...started, health: { status: "healthy" } }, "Up 2 seconds (healthy)"],
    [
      { state: "running", ...started, health: { status: "starting" } },
      "Up 2 seconds (health: starting)",
    ],
    [{ state: "paused", ...started }, "Up 2 seconds (Paused)"],
    [{ state: "exited", exitCode: 137, ...finished }, "Exited (137) 3 minutes ago"],
    [{ state: "restarting", exitCode: 1, ...finished }, "Restarting (1) 3 minutes ago"],
  ];
  for (const [status, words] of cases) assert.is(describeStatus(status, now), words);
});

test.run();
