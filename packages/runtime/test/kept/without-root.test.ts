import { statSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { evaluateAsNobody, findNobodyObstacle, type NobodysIds, nobody } from "../run-as-nobody.ts";
import { findObstacle, makeSandbox, type Sandbox } from "../sandbox.ts";

for (const ids of ["full", "single"] as const) addTests(ids);

/** What the library does for nobody, with a few words for it. */
const PROLOGUE = `
  const { directories, script } = argument;
  const make = (options = {}) => library.createContainer({
    source: { image: "busybox" }, command: ["sh", "-c", "sleep 1000"], directories, ...options,
  });
  // What is held is removed in the end.
  const held = [];
  const hold = async (options) => {
    const created = await make(options);
    held.push(created);
    return created;
  };
  const inspect = (container) => library.inspectContainer({ container, directories });
  const enter = async (running, options) => {
    const entered = await running.exec({ stdin: "null", stdout: "pipe", stderr: "inherit", ...options });
    let printed = "";
    for await (const chunk of entered.stdout) printed += chunk;
    await entered.wait();
    await entered[Symbol.asyncDispose]();
    return printed;
  };
  const until = async (holds) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  };
`;

const EPILOGUE =
  "for (const { id } of held) await library.removeContainer({ container: id, directories, force: true });";

function addTests(ids: NobodysIds): void {
  const name = `kept without root, ${ids === "full" ? "with subordinate ids" : "with a single id"}`;
  const test = suite(name);
  let sandbox: Sandbox;
  test.before(async () => {
    sandbox = await makeSandbox();
    await sandbox.giveTo(nobody.uid);
  });
  test.after(() => sandbox.remove());
  test.after.each(() => assert.equal(sandbox.listLeftovers(), []));
  const evaluate = (body: string, more: object = {}): Promise<unknown> =>
    evaluateAsNobody(
      `${PROLOGUE} try {${body}} finally {${EPILOGUE}}`,
      { directories: sandbox.directories, ...more },
      { ids },
    );
  const map = ids === "full" ? / +0 +65534 +1\n +1 +2000000000 +65536\n/ : / +0 +65534 +1\n/;

  test("one is started, entered, restarted by its policy, stopped, started again and removed", async () => {
    const script =
      "id -u; cat /proc/self/uid_map; grep CapEff /proc/self/status; cat /kept 2> /dev/null || echo x > /kept";
    const seen = (await evaluate(
      `
      const created = await make({ restart: { name: "always" } });
      const running = await created.start();
      const command = ["sh", "-c", script];
      const first = await enter(running, { command });
      const { pid } = inspect(created.id).status;
      process.kill(pid, "SIGKILL");
      await until(() => inspect(created.id).status.restartCount === 1 && inspect(created.id).status.state === "running");
      const second = await enter(running, { command });
      const stopped = await running.stop({ timeout: 0 });
      const again = await stopped.start();
      const third = await enter(again, { command });
      const ended = await again.stop({ timeout: 0 });
      await ended.remove();
      return [first, second, third];
      `,
      { script },
    )) as string[];
    for (const [index, text] of seen.entries()) {
      assert.match(text, /^0\n/);
      assert.match(text, map);
      assert.match(text, index === 0 ? /CapEff:\t00000000a80425fb\n$/ : /\nx\n$/);
    }
  });

  test("a command in the background, and health, below its monitor", async () => {
    const output = await evaluate(`
      const created = await hold({
        healthcheck: { command: ["sh", "-c", "cat /made"], interval: 20, retries: 1 },
      });
      await created.start();
      const container = created.id;
      await until(() => inspect(container).status.health?.status === "unhealthy");
      await library.execDetached({ container, directories, command: ["sh", "-c", "cat /proc/self/uid_map > /new && mv /new /made"] });
      await until(() => inspect(container).status.health?.status === "healthy");
      return inspect(container).status.health.log.at(-1).output;
    `);
    assert.match(String(output), map);
  });

  test("one that is to go at its end goes, whoever owns what it wrote", async () => {
    const script = `mkdir /d; touch /d/f; ${ids === "full" ? "chown 5:5 /d /d/f;" : ""} chmod 0 /d`;
    const left = await evaluate(
      `
      const { existsSync } = await import("node:fs");
      const created = await make({ command: ["sh", "-c", script], autoRemove: true });
      const { directory } = inspect(created.id);
      await created.start();
      await until(() => !existsSync(directory));
      return library.listContainers({ all: true, directories });
      `,
      { script },
    );
    assert.equal(left, []);
    await until(() => sandbox.listLeftovers().length === 0);
  });

  test("its files are copied, in and out, while it runs or not", async () => {
    const printed = await evaluate(`
      const { buffer } = await import("node:stream/consumers");
      const created = await hold();
      const container = created.id;
      const read = async (path) => {
        const archive = await buffer(await library.copyFromContainer({ container, directories, path }));
        return [parseInt(archive.toString("latin1", 108, 115), 8), archive.toString("latin1", 512, 515)];
      };
      const { Readable } = await import("node:stream");
      // Whole: who reads has the files of a container that does not run for itself.
      const copy = async (path) => {
        const archive = await buffer(await library.copyFromContainer({ container, directories, path: "/f" }));
        await library.copyIntoContainer({ container, directories, path, archive: Readable.from([archive]) });
      };
      const running = await created.start();
      await enter(running, { command: ["sh", "-c", "echo one > /f; mkdir /a /b"] });
      await copy("/a");
      const first = [await read("/a/f"), await enter(running, { command: ["stat", "-c", "%u", "/a/f"] })];
      await running.stop({ timeout: 0 });
      await copy("/b");
      const second = [await read("/b/f"), (await library.diffContainer({ container, directories })).map(({ path }) => path)];
      return [first, second];
    `);
    const file = [0, "one"];
    assert.equal(printed, [
      [file, "0\n"],
      [file, ["/a", "/a/f", "/b", "/b/f", "/f"]],
    ]);
  });

  if (ids === "full")
    test("what is closed to the user is told, and does not keep it from being removed", async () => {
      const codes = await evaluate(`
        const created = await hold();
        const container = created.id;
        const running = await created.start();
        await enter(running, { command: ["sh", "-c", "mkdir /d; echo x > /d/f; chown -R 5:5 /d; chmod 700 /d"] });
        const codeOf = (promise) => promise.then(() => "done", ({ code }) => code);
        const { buffer } = await import("node:stream/consumers");
        return [
          await codeOf(library.diffContainer({ container, directories })),
          await codeOf(library.copyFromContainer({ container, directories, path: "/d" }).then(buffer)),
          await codeOf(library.measureContainer({ container, directories })),
        ];
      `);
      assert.equal(codes, ["PERMISSION_DENIED", "PERMISSION_DENIED", "done"]);
    });

  test("its monitor is the user's, and dies alone with its container", async () => {
    const state = await evaluate(`
      const { readFileSync } = await import("node:fs");
      const created = await hold();
      await created.start();
      const { directory } = inspect(created.id);
      const { monitor } = JSON.parse(readFileSync(directory + "/state.json", "utf8"));
      process.kill(monitor.pid, "SIGKILL");
      await until(() => inspect(created.id).status.state !== "running");
      return inspect(created.id).status;
    `);
    assert.match(JSON.stringify(state), /"exited","exitCode":255/);
  });

  test("what is root's is refused, before anything is made", async () => {
    const codes = await evaluate(`
      const refuse = (options) => make(options).then(() => "made", ({ code }) => code);
      return [await refuse({ userns: "host" }), await refuse({ user: "70000" })];
    `);
    assert.equal(codes, ["ROOT_REQUIRED", "USER_NOT_MAPPED"]);
  });

  test("root does not start it: on disk are the user's ids", async () => {
    const id = String(await evaluate("return (await make()).id;"));
    const { startKeptContainer } = await import("../../src/kept/start-kept-container.ts");
    const { removeContainer } = await import("../../src/kept/remove-container.ts");
    const { directories } = sandbox;
    const error = await startKeptContainer({ container: id, directories }).then(
      () => undefined,
      (reason: { code?: string }) => reason,
    );
    assert.is(error?.code, "INVALID_USERNS");
    assert.is(statSync(join(directories.root, "containers", id)).uid, nobody.uid);
    await removeContainer({ container: id, directories });
  });

  const obstacle = findObstacle() ?? findNobodyObstacle(ids);
  if (obstacle === undefined) test.run();
  else console.log(`SKIP ${name}: ${obstacle}`);
}

/** A monitor's exit command gives no event. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
