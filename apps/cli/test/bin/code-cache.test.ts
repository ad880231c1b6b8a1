import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BIN } from "./dockher.ts";

interface Context {
  directory: string;
  cache: string;
  start: (...args: string[]) => string;
}

const test = suite<Context>("code cache");

test.before.each((context) => {
  const directory = mkdtempSync(join(tmpdir(), "dockher-code-"));
  const bundle = join(directory, "dist/main.cjs");
  const script = join(directory, "bin/dockher.cjs");
  const hash = randomBytes(8).toString("hex");
  const body = 'console.log(require("node:path").basename(__filename), module.id === __filename);';
  for (const name of ["bin", "dist"]) mkdirSync(join(directory, name));
  copyFileSync(BIN, script);
  writeFileSync(
    bundle,
    `//${hash}\n(function(exports,require,module,__filename,__dirname){${body}\n})`,
  );
  const base = process.geteuid?.() === 0 ? "/var/cache" : directory;
  const cache = join(base, "dockher/code", `${hash}-${process.version}-${process.arch}`);
  const start = (...args: string[]): string => {
    return execFileSync(process.execPath, [script, ...args], {
      encoding: "utf8",
      env: { XDG_CACHE_HOME: directory },
    });
  };
  Object.assign(context, { directory, cache, start });
});

test.after.each(({ directory, cache }) => {
  rmSync(cache, { force: true });
  rmSync(directory, { recursive: true });
});

test("is written once, by a run, and changes nothing", ({ cache, start }) => {
  assert.is(start("--help"), "main.cjs true\n");
  start("run", "--help");
  assert.not.ok(existsSync(cache));
  assert.is(start("run"), "main.cjs true\n");
  const { ino, mode } = statSync(cache);
  assert.is(mode & 0o777, 0o600);
  assert.is(start("run"), "main.cjs true\n");
  assert.is(statSync(cache).ino, ino);
});

test("is not read where others may write it", ({ cache, start }) => {
  start("run");
  const { ino } = statSync(cache);
  chmodSync(cache, 0o620);
  assert.is(start("run"), "main.cjs true\n");
  assert.is.not(statSync(cache).ino, ino);
});

test("is replaced where it is damaged", ({ cache, start }) => {
  start("run");
  writeFileSync(cache, "nonsense");
  assert.is(start("run"), "main.cjs true\n");
  assert.ok(statSync(cache).size > "nonsense".length);
});

test.run();
