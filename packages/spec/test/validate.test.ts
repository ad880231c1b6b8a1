import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createDefaultSpec } from "../src/default-spec.ts";
import type { Spec } from "../src/runtime-spec.ts";
import { validateProcess, validateSpec } from "../src/validate.ts";

const test = suite("validateSpec");

test("takes the default, and gives each caller one of its own", () => {
  const spec = createDefaultSpec();
  assert.is(validateSpec(spec), spec);
  spec.mounts?.pop();
  spec.mounts?.[0]?.options?.push("ro");
  assert.is(createDefaultSpec().mounts?.length, 7);
  assert.not.ok(createDefaultSpec().mounts?.[0]?.options?.includes("ro"));
});

test("leaves unknown fields alone, as the specification asks", () => {
  assert.ok(validateSpec({ ...createDefaultSpec(), vm: {} }));
});

const wrong: [string, (spec: Spec) => void][] = [
  ["process.args", (spec) => (spec.process.args = [])],
  ["process.args.0", (spec) => (spec.process.args = ["a\0b"])],
  ["process.env.0", (spec) => (spec.process.env = ["=x"])],
  ["process.cwd", (spec) => (spec.process.cwd = "relative")],
  ["process.user.uid", (spec) => (spec.process.user.uid = 2 ** 32 - 1)],
  ["process.user.gid", (spec) => (spec.process.user.gid = -1)],
  ["process.oomScoreAdj", (spec) => (spec.process.oomScoreAdj = 1001)],
  [
    "process.capabilities.bounding.0",
    (spec) => (spec.process.capabilities = { bounding: ["CAP_X"] }),
  ],
  [
    "process.rlimits.0.type",
    (spec) => (spec.process.rlimits = [{ type: "nofile", soft: 1, hard: 1 }]),
  ],
  ["hostname", (spec) => (spec.hostname = "h".repeat(65))],
  ["mounts.0.destination", (spec) => (spec.mounts = [{ destination: "proc" }])],
  [
    "mounts.0.uidMappings.0.size",
    (spec) =>
      (spec.mounts = [
        { destination: "/v", uidMappings: [{ containerID: 0, hostID: 0, size: 0 }] },
      ]),
  ],
  ["linux.namespaces", (spec) => (spec.linux = { namespaces: [{ type: "pid" }, { type: "pid" }] })],
  ["linux.namespaces.0.type", (spec) => (spec.linux = { namespaces: [{ type: "time" as "pid" }] })],
  [
    "linux.resources.memory.limit",
    (spec) => (spec.linux = { resources: { memory: { limit: Number.NaN } } }),
  ],
  ["linux.resources.cpu.period", (spec) => (spec.linux = { resources: { cpu: { period: 0 } } })],
  [
    "linux.uidMappings.0.size",
    (spec) => (spec.linux = { uidMappings: [{ containerID: 0, hostID: 0, size: 0 }] }),
  ],
  ["ociVersion", (spec) => (spec.ociVersion = "2.0.0")],
];

for (const [path, change] of wrong) {
  test(`refuses a wrong ${path}, naming it`, () => {
    const spec = createDefaultSpec();
    change(spec);
    assert.throws(
      () => validateSpec(spec),
      (error: Error & { code?: string }) =>
        error.code === "INVALID_SPEC" && error.message.includes(` ${path}: `),
    );
  });
}

test("a process is checked alone, and its places have the same names", () => {
  const { process } = createDefaultSpec();
  assert.is(validateProcess(process), process);
  const refuse = (value: unknown, place: string) =>
    assert.throws(() => validateProcess(value), `configuration: ${place}: `);
  refuse({ ...process, cwd: "relative" }, "process.cwd");
  refuse({ ...process, env: ["A=b", "=x"] }, "process.env.1");
  refuse(undefined, "process");
});

test("refuses what is no object at all", () => {
  for (const value of [null, undefined, 1, "x", []])
    assert.throws(() => validateSpec(value), /INVALID|failed to validate/);
});

test.run();
