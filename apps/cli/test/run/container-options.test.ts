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

test("limits of a start, rules of devices, a parent and annotations", () => {
  const { described, notices } = describe(
    ...["--blkio-weight", "300", "--blkio-weight-device", "/dev/a:200"],
    ...["--device-read-bps", "/dev/a:1m", "--device-read-bps", "/dev/b:2m"],
    ...["--device-write-bps", "/dev/a:1k", "--device-read-iops", "/dev/a:5"],
    ...["--device-write-iops=/dev/a:6", "--memory-swappiness", "10", "--oom-kill-disable", "-m50"],
    ...["--cgroup-parent", "/jobs", "--device-cgroup-rule", "c 1:3 r", "--annotation", "a=b=c"],
    "debian",
  );
  assert.equal(described.limits, {
    memory: 50 * 2 ** 20,
    memorySwappiness: 10,
    oomKillDisable: true,
    blkioWeight: 300,
    blkioWeightDevice: [{ path: "/dev/a", weight: 200 }],
    deviceReadBps: [
      { path: "/dev/a", rate: 2 ** 20 },
      { path: "/dev/b", rate: 2 ** 21 },
    ],
    deviceWriteBps: [{ path: "/dev/a", rate: 1024 }],
    deviceReadIops: [{ path: "/dev/a", rate: 5 }],
    deviceWriteIops: [{ path: "/dev/a", rate: 6 }],
  });
  assert.is(described.cgroupParent, "/jobs");
  assert.equal(described.deviceRules, [{ type: "c", major: 1, minor: 3, access: "r" }]);
  assert.equal(described.annotations, { a: "b=c" });
  assert.equal(notices, []);
});

test("Docker's words for none", () => {
  const { described } = describe(
    ...["--memory-swappiness", "-1", "--oom-kill-disable=false", "--cgroup-parent", "", "debian"],
  );
  assert.equal(described.limits, {});
  assert.is(described.cgroupParent, undefined);
});

test("a container that waits for memory without a limit of its own is told of", () => {
  assert.match(describe("--oom-kill-disable", "debian").notices.join(), "without --memory");
});

test("refuses bad limits of a start", () => {
  assertThrows(() => describe("--memory-swappiness", "x", "debian"), "INVALID_LIMIT");
  assertThrows(() => describe("--annotation", "=b", "debian"), "INVALID_LABEL", /--annotation/);
});

test.run();
