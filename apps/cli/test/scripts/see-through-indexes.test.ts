import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeThroughIndexes } from "../../scripts/see-through-indexes.mjs";

interface Context {
  directory: string;
  see: (code: string) => Promise<string>;
}

const test = suite<Context>("seeThroughIndexes");

test.before((context) => {
  const directory = mkdtempSync(join(tmpdir(), "dockher-indexes-"));
  const write = (name: string, index: string): void => {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, "index.js"), index);
  };
  write("one", 'export { a, b as c, } from "./deep/ab.js";\nexport function own() {}\n');
  write("two", 'export { c as d } from "@dockher/one";\n');
  const locate = async (specifier: string): Promise<string> =>
    join(directory, specifier.slice("@dockher/".length), "index.js");
  const see = (code: string): Promise<string> =>
    seeThroughIndexes({ code, path: join(directory, "main.js") }, locate);
  Object.assign(context, { directory, see });
});

test.after(({ directory }) => rmSync(directory, { recursive: true }));

test("imports each name from its module", async ({ directory, see }) => {
  const from = `from "${directory}/one/deep/ab.js";`;
  assert.is(
    await see('import { a, c as other, type T } from "@dockher/one";'),
    `import { a as a } ${from} import { b as other } ${from}`,
  );
  assert.is(await see('import {\n  d,\n} from "@dockher/two";'), `import { b as d } ${from}`);
});

test("leaves what an index has itself, and everything else", async ({ directory, see }) => {
  assert.is(
    await see('import { own } from "@dockher/one";'),
    `import { own as own } from "${directory}/one/index.js";`,
  );
  for (const code of [
    'import { join } from "node:path";',
    'import type { T } from "@dockher/one";',
    "const text = 'import { a } from \"@dockher/one\";';",
  ]) {
    assert.is(await see(code), code);
  }
});

test.run();
