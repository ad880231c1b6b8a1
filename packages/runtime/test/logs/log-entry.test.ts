import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createLogFormatter } from "../../src/logs/format-log-entry.ts";
import { type LogEntry, parseLogLine } from "../../src/logs/log-entry.ts";

const test = suite("log entries");
const TIME = "2026-05-01T12:00:00.000000001Z";
const write = (log: string, stream = "stdout") => JSON.stringify({ log, stream, time: TIME });

test("an entry, with all that a text may hold", () => {
  const text = 'tab\t quote" back\\ \u0000 \u2028 ä 😀 {"log":"no","stream":"stdout"}\n';
  assert.equal(parseLogLine(write(text)), {
    entry: { stream: "stdout", time: TIME, text },
    damaged: false,
  });
  assert.is(
    parseLogLine('{"log":"a \\u003c\\ufffd\\n","stream":"stderr","time":"t","attrs":{"a":"b"}}')
      .entry?.text,
    "a <\ufffd\n",
  );
});

test("an entry behind the beginning of another one is found", () => {
  const half = '{"log":"half of {\\"log\\":\\"';
  const { entry, damaged } = parseLogLine(`${half}${write("whole\n")}`);
  assert.is(entry?.text, "whole\n");
  assert.ok(damaged);
  assert.is(parseLogLine(`\0\0\0${write("after zeros\n")}`).entry?.text, "after zeros\n");
});

test("what is no entry is damage", () => {
  for (const line of [
    "",
    "x",
    "null",
    "1",
    "[]",
    "{}",
    '{"log":"a"}',
    '{"log":1,"stream":"stdout","time":"t"}',
    write("a", "stdin"),
    write("a").slice(0, -1),
  ]) {
    assert.equal(parseLogLine(line), { entry: undefined, damaged: true }, line);
  }
});

test("a line has its time once, as often as it was cut", () => {
  const entry = (text: string, stream: LogEntry["stream"] = "stdout") => ({
    text,
    stream,
    time: "2026-05-01T12:00:00.5Z",
  });
  const time = "2026-05-01T12:00:00.500000000Z";
  const format = createLogFormatter({ timestamps: true });
  const printed = [
    entry("a"),
    entry("b\n"),
    entry("c\n"),
    entry("d"),
    entry("e\n", "stderr"),
    entry("f\n"),
  ].map(format);
  assert.equal(printed, [
    `${time} a`,
    "b\n",
    `${time} c\n`,
    `${time} d`,
    `${time} e\n`,
    `${time} f\n`,
  ]);
  assert.is(createLogFormatter({ timestamps: false })(entry("a\n")), "a\n");
});

test.run();
