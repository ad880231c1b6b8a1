import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { type JournalSettings, startMonitor, tryLock } from "../../src/index.js";
import { findObstacle, whenPossible } from "../support/capability.js";
import { type LogEntry, Monitored, waitFor, waitUntilDead } from "../support/monitored.js";

const suite = makeSuite("monitor journal");

interface Event {
  type: string;
  action: string;
  id: string;
  attributes: Record<string, string>;
}

const ATTRIBUTES = { 'a "label"': '<b>\u0000\n\\é"', image: "box", name: "is not its name" };

/** Beside the files of the container. */
function describeJournal(
  container: Monitored,
  changes: Partial<JournalSettings> = {},
): JournalSettings {
  return {
    path: path.join(container.directory, "journal"),
    maxSize: 1_000_000,
    subject: { id: "f00d", name: "web", attributes: ATTRIBUTES },
    ...changes,
  };
}

function readEvents({ directory }: Monitored, name = "journal"): Event[] {
  const text = readFileSync(path.join(directory, name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse((JSON.parse(line) as LogEntry).log));
}

/** Each with its attributes but those of the subject, which come first. */
const listEvents = (container: Monitored): string[] =>
  readEvents(container).map(({ action, attributes }) => {
    const { [Object.keys(ATTRIBUTES)[0] ?? ""]: _, image, execDuration, ...own } = attributes;
    return [action, ...Object.values(own)].join(" ");
  });

whenPossible("monitor journal", findObstacle(), () => {
  suite("each start and end, of a run that a policy starts too, with all of the subject", async () => {
    await using container = new Monitored();
    const journal = describeJournal(container);
    await container.run("exit 9", {
      restart: { name: "on-failure", maximumRetryCount: 1 },
      journal,
    });
    const attributes = { ...ATTRIBUTES, name: "web" };
    const [start, die, ...again] = readEvents(container);
    assert.equal(start, { type: "container", action: "start", id: "f00d", attributes });
    const { execDuration, ...own } = die?.attributes ?? {};
    assert.match(execDuration ?? "", /^\d+$/);
    assert.equal(
      { ...die, attributes: own },
      {
        type: "container",
        action: "die",
        id: "f00d",
        attributes: { ...attributes, exitCode: "9" },
      },
    );
    assert.equal(
      again.map(({ action }) => action),
      ["start", "die"],
    );
  });

  suite("signals, by whoever sends them, and another name from then on", async () => {
    await using container = new Monitored();
    await using connection = await container.start(
      "trap '' TERM; trap : USR1; echo ready; while :; do sleep 0.05; done",
      { journal: describeJournal(container) },
    );
    await waitFor(() => container.readLog().length > 0);
    await connection.kill("SIGUSR1");
    await connection.kill(0);
    await connection.setName("shop");
    await connection.stop({ timeoutMilliseconds: 0 });
    assert.equal(listEvents(container), [
      "start web",
      "kill web 10",
      "kill shop 15",
      "kill shop 9",
      "die shop 137",
    ]);
  });

  suite("who is killed is told of once, and a name that is none is refused", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000", {
      journal: describeJournal(container),
    });
    for (const name of ["", 'a"b', "x".repeat(129), "é"]) {
      const refused = await connection.setName(name).catch((reason: Error) => reason);
      assert.instance(refused, RangeError, name);
    }
    await connection.stop({ signal: "SIGKILL", timeoutMilliseconds: 0 });
    assert.equal(listEvents(container), ["start web", "kill web 9", "die web 137"]);
  });

  suite("the end of a command that has an id, however it ends, and of no other", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000", {
      journal: describeJournal(container),
    });
    const id = "0123456789abcdef".repeat(4);
    await connection.execDetached(container.enter(["/bin/true"]));
    await connection.execDetached(container.enter(["/bin/sh", "-c", "exit 3"]), { id });
    await waitFor(() => readEvents(container).length > 1);
    const sleep = container.enter(["/bin/sleep", "1000"]);
    await connection.execDetached(sleep, { id });
    const nothing = container.enter(["/nothing"]);
    const failed = await connection.execDetached(nothing, { id }).catch((error: Error) => error);
    assert.is((failed as { code?: string }).code, "COMMAND_NOT_FOUND");
    const refused = await connection.execDetached(sleep, { id: "1" }).catch((e: Error) => e);
    assert.instance(refused, RangeError);
    await connection.stop({ signal: "SIGKILL", timeoutMilliseconds: 0 });
    await waitUntilDead(container.monitorPid);
    const events = listEvents(container);
    assert.equal(events.slice(0, 3), ["start web", `exec_die web ${id} 3`, "kill web 9"]);
    assert.equal(events.slice(3).sort(), ["die web 137", `exec_die web ${id} 137`]);
  });

  suite("a health that changes, once for each change", async () => {
    await using container = new Monitored();
    await using connection = await container.start("exec sleep 1000", {
      journal: describeJournal(container),
      healthcheck: {
        plan: container.enter(["/bin/sh", "-c", "ls /tmp/well"]),
        intervalMilliseconds: 10,
        timeoutMilliseconds: 10_000,
        startPeriodMilliseconds: 0,
        startIntervalMilliseconds: 5000,
        retries: 2,
      },
    });
    await waitFor(() => (container.readState().health?.failingStreak ?? 0) >= 3);
    await connection.execDetached(container.enter(["/bin/sh", "-c", "echo > /tmp/well"]));
    // Told once state.json says so.
    await waitFor(() => listEvents(container).length > 2);
    assert.equal(listEvents(container), [
      "start web",
      "health_status: unhealthy web",
      "health_status: healthy web",
    ]);
  });

  suite("a start that fails is none", async () => {
    await using container = new Monitored();
    const journal = describeJournal(container);
    const options = container.options("true", { journal, plan: { args: ["/nothing"] } });
    const error = await startMonitor(options).catch((reason: { code?: string }) => reason);
    assert.is((error as { code?: string }).code, "COMMAND_NOT_FOUND");
    assert.not(existsSync(journal.path));
  });

  suite("one that is too large gets another name, unless somebody else does that", async () => {
    await using container = new Monitored();
    const journal = describeJournal(container, { maxSize: 1 });
    await using connection = await container.start("exec sleep 1000", { journal });
    assert.is(readEvents(container, "journal.1")[0]?.action, "start");
    assert.not(existsSync(journal.path));
    const fd = openSync(journal.path, "a");
    try {
      assert.ok(tryLock(fd));
      await connection.kill("SIGUSR1");
      assert.is(readEvents(container)[0]?.action, "kill");
      assert.is(readEvents(container, "journal.1")[0]?.action, "start");
    } finally {
      closeSync(fd);
    }
    await connection.stop({ signal: "SIGKILL", timeoutMilliseconds: 0 });
    assert.is(readEvents(container, "journal.1")[0]?.action, "die");
  });

  suite("one that cannot be written is no failure", async () => {
    await using container = new Monitored();
    const journal = describeJournal(container, { path: "/proc/nothing/journal" });
    const state = await container.run("exit 3", { journal });
    assert.is(state.status === "exited" && state.exit.exitCode, 3);
  });

  suite("settings that cannot be are refused", async () => {
    await using container = new Monitored();
    const subject = { id: "f00d", name: "a b", attributes: {} };
    for (const change of [{ path: "journal" }, { maxSize: 0 }, { subject }]) {
      const options = container.options("true", { journal: describeJournal(container, change) });
      const error = await startMonitor(options).catch((reason: { code?: string }) => reason);
      assert.is((error as { code?: string }).code, "INVALID_MONITOR");
    }
  });
});

suite.run();
