import { suite } from "uvu";
import * as assert from "uvu/assert";
import { forwardSignals } from "../../src/run/signals.ts";

const test = suite("forwardSignals");

function collect() {
  const sent: NodeJS.Signals[] = [];
  const notices: string[] = [];
  const signals = forwardSignals({ terminal: false, notice: (line) => notices.push(line) });
  const target = { kill: (signal: NodeJS.Signals) => sent.push(signal) > 0 };
  return { sent, notices, signals, target };
}

const send = (signal: NodeJS.Signals): void => void process.emit(signal, signal);

test("what comes before the container is known is handed on then, in its order", () => {
  const { sent, signals, target } = collect();
  using _ = signals;
  send("SIGUSR1");
  send("SIGWINCH");
  assert.is(signals.received, undefined);
  assert.not(signals.abort.aborted);
  signals.attach(target);
  send("SIGUSR2");
  assert.equal(sent, ["SIGUSR1", "SIGWINCH", "SIGUSR2"]);
});

test("what ends the start is handed on where that succeeded all the same", () => {
  const { sent, signals, target } = collect();
  using _ = signals;
  send("SIGTERM");
  send("SIGINT");
  assert.is(signals.received, "SIGTERM");
  assert.ok(signals.abort.aborted);
  signals.attach(target);
  assert.equal(sent, ["SIGTERM", "SIGINT"]);
});

test("the third Ctrl-C kills, and nothing is caught afterwards", () => {
  const before = process.listenerCount("SIGINT");
  const { sent, notices, signals, target } = collect();
  signals.attach(target);
  for (let count = 0; count < 3; count++) send("SIGINT");
  assert.equal(sent, ["SIGINT", "SIGINT", "SIGKILL"]);
  assert.equal(notices, ["one more Ctrl-C kills the container"]);
  signals[Symbol.dispose]();
  assert.is(process.listenerCount("SIGINT"), before);
});

test.run();
