import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Template } from "../../../src/output/template/template.ts";
import { assertThrows } from "../../assert-throws.ts";
import { DATA } from "./data.ts";

const test = suite("Template");

interface GoResult {
  template: string;
  output?: string;
  error?: string;
}

const RESULTS: GoResult[] = JSON.parse(
  readFileSync(new URL("go-results.json", import.meta.url), "utf8"),
);

for (const { template, output } of RESULTS) {
  test(`as Go: ${JSON.stringify(template)}`, () => {
    if (output === undefined) {
      assertThrows(() => new Template(template).fill(DATA), "INVALID_FORMAT", / \d+:\d+: /);
    } else {
      assert.is(new Template(template).fill(DATA), output);
    }
  });
}

/** The text behind `template parsing error:`, as Go's but for the names of Go's types. */
const MISTAKES: [template: string, reason: string][] = [
  ["{{.Nope}}", "1:2: executing <.Nope>: can't evaluate field Nope"],
  ["{{.State.Nope}}", "1:8: executing <.State.Nope>: can't evaluate field Nope"],
  ["{{.Name.X}}", "1:7: executing <.Name.X>: can't evaluate field X in type string"],
  ["a\n b{{.Nope}}", "2:4: executing <.Nope>: can't evaluate field Nope"],
  [
    "{{.State.Health.Status}}",
    "1:15: executing <.State.Health.Status>: nil pointer evaluating Status",
  ],
  ["{{.Name", "1:0: unclosed action"],
  ["{{if .Name}}", "1:12: unexpected EOF: {{if}} has no {{end}}"],
  ["{{nope .Name}}", '1:2: function "nope" not defined'],
  [
    "{{index .Config.Env 5}}",
    "1:2: executing <index .Config.Env 5>: error calling index: index out of range: 5",
  ],
  ["{{upper 3}}", "1:2: executing <upper 3>: error calling upper: expected string; got int"],
  [
    "{{eq 1 `a`}}",
    "1:2: executing <eq 1 `a`>: error calling eq: incompatible types for comparison",
  ],
  ["{{.Name .Id}}", "1:2: executing <.Name>: Name is not a method but has arguments"],
  ["{{.Name | }}", "1:10: missing value for command"],
  ['{{define "x"}}{{end}}', "1:2: {{define}} is not supported"],
  ['{{template "x"}}', "1:2: {{template}} is not supported"],
  [
    '{{printf "%2000000d" 1}}',
    '1:2: executing <printf "%2000000d" 1>: error calling printf: 2000000 is more than 1000000',
  ],
  [
    '{{printf "%.101f" 1}}',
    '1:2: executing <printf "%.101f" 1>: error calling printf: 101 is more than 100',
  ],
  [
    '{{pad "x" 2000000 0}}',
    '1:2: executing <pad "x" 2000000 0>: error calling pad: a number of spaces is 0 to 1000000',
  ],
  [`{{${"(".repeat(101)}}}`, "1:102: parentheses are nested too deeply"],
  ["{{if 1}}".repeat(101), "1:802: {{if}} is nested too deeply"],
  ["{{constructor}}", '1:2: function "constructor" not defined'],
  ["{{.constructor}}", "1:2: executing <.constructor>: can't evaluate field constructor"],
  [
    "{{.Config.Env.length}}",
    "1:13: executing <.Config.Env.length>: can't evaluate field length in type list",
  ],
];

for (const [template, reason] of MISTAKES) {
  test(`says where ${JSON.stringify(template.slice(0, 40))} is wrong`, () => {
    const error = assertThrows(() => new Template(template).fill(DATA), "INVALID_FORMAT");
    assert.is(error.message, `failed to apply --format: template parsing error: ${reason}`);
  });
}

test("an unknown field or function names those that there are", () => {
  const field = assertThrows(() => new Template("{{.State.pid}}").fill(DATA), "INVALID_FORMAT");
  assert.is(field.hint, "fields: .Status .Running .Pid .ExitCode .Health");
  const called = assertThrows(() => new Template("{{html .Name}}"), "INVALID_FORMAT");
  assert.match(called.hint ?? "", /^functions: and or not eq /);
});

test("Docker's functions leave the heading of a table as it is", () => {
  const headings = {
    Names: "NAMES",
    ID: "CONTAINER ID",
    Label: (name: string) => name.toUpperCase(),
  };
  const template =
    '{{.ID}}|{{lower .Names}}|{{truncate .ID 3}}|{{.Label "a"}}|{{json .}}|{{len .ID}}';
  assert.is(new Template(template).fillHeading(headings), "CONTAINER ID|NAMES|CONTAINER ID|A||12");
});

test("a character that is none", () => {
  assert.is(new Template('{{printf "%c%c" -1 1114112}}').fill({}), "\ufffd\ufffd");
});

test.run();
