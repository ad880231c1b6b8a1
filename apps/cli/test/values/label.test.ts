import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseLabels, readLabels } from "../../src/values/label.ts";
import { assertThrows } from "../assert-throws.ts";

const test = suite("parseLabels");

test("names with and without values, the last one counts", () => {
  assert.equal(parseLabels(["a", "b=c=d", "e=", "a=1"]), { a: "1", b: "c=d", e: "" });
  assert.equal(parseLabels([]), {});
});

test("refuses what has no name", () => {
  for (const text of ["", "=a"]) assertThrows(() => parseLabels([text]), "INVALID_LABEL");
});

test("files before flags", () => {
  const directory = mkdtempSync(join(tmpdir(), "dockher-labels-"));
  try {
    const file = join(directory, "labels");
    writeFileSync(file, "# of a shop\na=file\n\nb=two words\nc\n");
    assert.equal(readLabels({ labels: ["a=flag"], labelFiles: [file] }), {
      a: "flag",
      b: "two words",
      c: "",
    });
    writeFileSync(file, "=a\n");
    assertThrows(() => readLabels({ labels: [], labelFiles: [file] }), "INVALID_LABEL");
    const missing = join(directory, "missing");
    assertThrows(
      () => readLabels({ labels: [], labelFiles: [missing] }),
      "LABEL_FILE_UNREADABLE",
      /--label-file .*missing/,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.run();
