import fc from "fast-check";
import type { Plan, PlanNamespace, Stdio, Step } from "../../src/index.js";

const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));
const absolute = text.map((value) => `/${value}`);
const word = fc.nat({ max: 0xffff_fffe });
const mask = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const slot = fc.nat({ max: 255 });
const createTarget = fc.constantFrom("directory", "file", undefined);
const symlinks = fc.constantFrom("follow", "refuse", undefined);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    op: fc.constant("mount" as const),
    source: fc.option(text, { nil: undefined }),
    target: absolute,
    fstype: fc.option(text, { nil: undefined }),
    data: fc.option(text, { nil: undefined }),
    flags: word,
    createTarget,
    symlinks,
  }),
  fc.record({
    op: fc.constant("open-tree" as const),
    slot,
    source: absolute,
    recursive: fc.boolean(),
    device: fc.option(
      fc.record({ type: fc.constantFrom("c" as const, "b" as const), major: word, minor: word }),
      { nil: undefined },
    ),
  }),
  fc.record({
    op: fc.constant("set-mount-attributes" as const),
    target: absolute,
    set: word,
    clear: word,
    recursive: fc.boolean(),
    idmap: fc.boolean(),
  }),
  fc.record({ op: fc.constant("file-owner" as const), uid: word, gid: word }),
  fc.record({
    op: fc.constant("create-mount" as const),
    slot,
    fstype: text,
    options: fc.array(fc.tuple(text, fc.oneof(text, fc.constant(true as const)))),
    attributes: word,
  }),
  fc.record({ op: fc.constant("move-mount" as const), slot, target: absolute, createTarget }),
  fc.record({ op: fc.constant("mkdir" as const), path: absolute, mode: word }),
  fc.record({ op: fc.constant("symlink" as const), path: absolute, target: text }),
  fc.record({ op: fc.constant("mask" as const), path: absolute }),
  fc.record({
    op: fc.constant("sysctl" as const),
    name: fc.constantFrom("kernel.a", "net/b.c/d"),
    value: text,
  }),
  fc.record({ op: fc.constant("loopback-up" as const) }),
  fc.record({
    op: fc.constant("rlimit" as const),
    type: fc.constantFrom("RLIMIT_NOFILE" as const, "RLIMIT_RTTIME" as const),
    soft: fc.maxSafeNat(),
    hard: fc.oneof(fc.maxSafeNat(), fc.constant(Number.POSITIVE_INFINITY)),
  }),
  fc.record({ op: fc.constant("bounding" as const), keep: mask }),
  fc.record({ op: fc.constant("groups" as const), gids: fc.array(word) }),
  fc.record({
    op: fc.constant("capabilities" as const),
    effective: mask,
    permitted: mask,
    inheritable: mask,
    ambient: mask,
  }),
  fc.record({
    op: fc.constant("seccomp" as const),
    program: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((part) => {
      const program = new Uint8Array(part.length * 8);
      program.set(part);
      return program;
    }),
  }),
);

const stdio: fc.Arbitrary<Stdio> = fc.oneof(
  fc.constant({ kind: "null" as const }),
  fc.constant({ kind: "pipe" as const }),
  fc.record({ kind: fc.constant("inherit" as const), fd: fc.nat() }),
);

const namespace: fc.Arbitrary<PlanNamespace> = fc.record({
  type: fc.constantFrom("pid", "network", "mount", "ipc", "uts", "user", "cgroup"),
  path: fc.option(absolute, { nil: undefined }),
});

/** Plans as the types allow them, most of which no kernel would carry out. */
export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  args: fc.array(text, { minLength: 1 }),
  env: fc.array(text),
  namespaces: fc.array(namespace, { maxLength: 8 }),
  stdio: fc.tuple(stdio, stdio, stdio),
  umask: fc.option(fc.nat({ max: 0o777 }), { nil: undefined }),
  init: fc.boolean(),
  steps: fc.array(step),
});
