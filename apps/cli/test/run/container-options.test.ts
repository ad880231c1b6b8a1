import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeContainer, toSource } from "../../src/run/container-options.ts";
import { assertThrows } from "../assert-throws.ts";
import { readRun } from "./read-run.ts";

const test = suite("describeContainer");

function describe(...args: string[]) {
  const notices: string[] = [];
  const line = readRun(...args);
  const surroundings = {
    env: { OWN: "mine" },
    cwd: "/here",
    notice: (text: string) => notices.push(text),
  };
  return { line, notices, described: describeContainer(line, surroundings) };
}

test("no options leave everything to the defaults", () => {
  assert.equal(describe("debian", "ls").described, {
    command: ["ls"],
    env: {},
    network: "none",
    mounts: [],
    limits: {},
    ulimits: {},
    capAdd: [],
    capDrop: [],
  });
});

test("every word finds its option", () => {
  const { described } = describe(
    ...["--name", "box", "--hostname", "host", "-u", "5:6", "-w", "/w", "--init", "--privileged"],
    ...[
      "--read-only",
      "--timeout",
      "1m",
      "-e",
      "A=1",
      "-e",
      "OWN",
      "--net",
      "host",
      "--tmpfs",
      "/t",
    ],
    ...["-v", "./a:/a", "--mount", "type=tmpfs,target=/m", "--ulimit", "nofile=5", "--cap-add=ALL"],
    ...["--cap-drop", "CHOWN", "--security-opt", "no-new-privileges=false"],
    ...["--userns", "auto", "debian"],
  );
  assert.equal(described, {
    name: "box",
    hostname: "host",
    user: "5:6",
    cwd: "/w",
    init: true,
    privileged: true,
    readonly: true,
    timeout: 60_000,
    noNewPrivileges: false,
    userns: "auto",
    env: { A: "1", OWN: "mine" },
    network: "host",
    mounts: [
      { type: "bind", source: "/here/a", target: "/a", readonly: false, recursive: true },
      { type: "tmpfs", target: "/m" },
      { type: "tmpfs", target: "/t", options: [] },
    ],
    limits: {},
    ulimits: { nofile: { soft: 5, hard: 5 } },
    capAdd: ["ALL"],
    capDrop: ["CHOWN"],
  });
});

test("labels are ignored with one notice", () => {
  assert.is(describe("-v", "/a:/a:z", "-v", "/b:/b:Z", "debian").notices.length, 1);
  assert.equal(describe("-v", "/a:/a", "debian").notices, []);
});

test("a timeout of zero is none, as in podman", () => {
  assert.is(describe("--timeout", "0", "debian").described.timeout, undefined);
  assertThrows(() => describe("--timeout", "soon", "debian"), "INVALID_DURATION", /--timeout/);
});

test("the source", () => {
  assert.equal(toSource(readRun("x"), "debian", "/here"), { image: "debian", pull: "missing" });
  assert.equal(toSource(readRun("--pull", "never", "x"), "debian", "/here"), {
    image: "debian",
    pull: "never",
  });
  assert.equal(toSource(readRun("--rootfs", "tree", "ls"), "tree", "/here"), {
    rootfs: "/here/tree",
  });
});

test.run();
