import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  parseDeb822Sources,
  parseIndexTargets,
  parseOneLineSources,
  readAptSources,
} from "../../src/bootstrap/apt-sources.js";
import { makeTemporary } from "../temporary.js";

const test = suite("apt-sources");

test("merges apt's targets by archive and suite", () => {
  const text =
    "http://a.test/debian/|stable|bookworm|main|Debian\n" +
    "http://a.test/debian/|stable|bookworm|contrib|Debian\n" +
    "http://b.test/|x||main|\n\n";
  assert.equal(parseIndexTargets(text), [
    {
      uri: "http://a.test/debian/",
      suite: "bookworm",
      components: ["main", "contrib"],
      label: "Debian",
    },
    { uri: "http://b.test/", suite: "x", components: ["main"] },
  ]);
});

test("reads one-line sources", () => {
  const text = `
# deb http://no.test/ x main
deb http://a.test/debian bookworm main contrib # rest
deb-src http://a.test/debian bookworm main
deb [arch=amd64 signed-by=/k/a.gpg,/k/b.gpg] https://b.test stable main
deb http://flat.test ./
`;
  assert.equal(parseOneLineSources(text), [
    { uri: "http://a.test/debian", suite: "bookworm", components: ["main", "contrib"] },
    {
      uri: "https://b.test",
      suite: "stable",
      components: ["main"],
      signedBy: "/k/a.gpg /k/b.gpg",
    },
    { uri: "http://flat.test", suite: "./", components: [] },
  ]);
});

test("reads deb822 sources: several values, comments, disabled stanzas, an inline key", () => {
  const text = `Types: deb deb-src
# a comment in a stanza
URIs: http://a.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /k/a.gpg

Types: deb-src
URIs: http://no.test
Suites: x

Enabled: no
Types: deb
URIs: http://no.test
Suites: x

types: deb
uris: http://b.test
suites: y
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abcd
`;
  const sources = parseDeb822Sources(text);
  assert.equal(
    sources.map(({ uri, suite }) => `${uri} ${suite}`),
    ["http://a.test/debian bookworm", "http://a.test/debian bookworm-updates", "http://b.test y"],
  );
  assert.is(sources[0]?.signedBy, "/k/a.gpg");
  assert.match(sources[2]?.signedBy ?? "", /^-----BEGIN.*\n \.\n abcd$/s);
});

test("reads all files of a configuration, and none", async () => {
  await using directory = await makeTemporary();
  const etc = directory.path;
  assert.equal(await readAptSources(etc), []);
  await mkdir(join(etc, "sources.list.d"));
  await writeFile(join(etc, "sources.list"), "deb http://a.test x main\n");
  await writeFile(
    join(etc, "sources.list.d/b.sources"),
    "Types: deb\nURIs: http://b.test\nSuites: y\n",
  );
  await writeFile(join(etc, "sources.list.d/c.list.disabled"), "deb http://c.test z main\n");
  const uris = (await readAptSources(etc)).map(({ uri }) => uri);
  assert.equal(uris, ["http://a.test", "http://b.test"]);
});

test("a mirror list is its first mirror; what only apt understands is left out", async () => {
  await using directory = await makeTemporary();
  const etc = directory.path;
  const list = join(etc, "mirrors.txt");
  await writeFile(list, "# mirrors\nhttp://a.test/debian/\tpriority:1\nhttp://b.test/\n");
  const lines = [
    `mirror+file:${list}`,
    `mirror+file:${etc}/none`,
    "cdrom:[disc]/",
    "tor+http://c.test",
  ];
  await writeFile(join(etc, "sources.list"), lines.map((uri) => `deb ${uri} x main\n`).join(""));
  const uris = (await readAptSources(etc)).map(({ uri }) => uri);
  assert.equal(uris, ["http://a.test/debian/"]);
});

test("no text breaks the parsers", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const parse of [parseOneLineSources, parseDeb822Sources, parseIndexTargets]) {
        for (const { uri, suite } of parse(text)) assert.ok(uri && suite);
      }
    }),
  );
});

test.run();
