import * as v from "valibot";
import { CAPABILITIES } from "./capabilities.js";
import { SpecError } from "./error.js";
import type { Process, Spec } from "./runtime-spec.js";

// execve(2) and mount(2) take strings that end at the first NUL: a longer one would be cut in silence.
const text = v.pipe(
  v.string(),
  v.check((value) => !value.includes("\0"), "it holds a NUL byte"),
);
const absolutePath = v.pipe(text, v.startsWith("/", "it must be an absolute path"));
const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const integer = v.pipe(v.number(), v.safeInteger());
const id = v.pipe(natural, v.maxValue(2 ** 32 - 2, "4294967295 means no id at all: chown(2)"));
const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const limit = v.pipe(integer, v.minValue(-1));

// RLIM_INFINITY is 2^64-1, which JSON.parse reads as 2^64: no safe integer.
const rlimit = v.pipe(v.number(), v.integer(), v.minValue(0));

const capabilityList = v.optional(v.array(v.picklist(CAPABILITIES)));

const processSchema = v.looseObject({
  terminal: v.optional(v.boolean()),
  consoleSize: v.optional(v.object({ height: natural, width: natural })),
  user: v.looseObject({
    uid: id,
    gid: id,
    umask: v.optional(v.pipe(natural, v.maxValue(0o777))),
    additionalGids: v.optional(v.array(id)),
  }),
  args: v.pipe(v.array(text), v.minLength(1, "there is no command")),
  env: v.optional(v.array(v.pipe(text, v.regex(/^[^=]+=/, "it must read NAME=value")))),
  cwd: absolutePath,
  capabilities: v.optional(
    v.object({
      bounding: capabilityList,
      effective: capabilityList,
      permitted: capabilityList,
      inheritable: capabilityList,
      ambient: capabilityList,
    }),
  ),
  rlimits: v.optional(
    v.array(
      v.object({
        type: v.pipe(text, v.regex(/^RLIMIT_[A-Z]+$/, "it must read RLIMIT_NAME")),
        soft: rlimit,
        hard: rlimit,
      }),
    ),
  ),
  noNewPrivileges: v.optional(v.boolean()),
  oomScoreAdj: v.optional(v.pipe(integer, v.minValue(-1000), v.maxValue(1000))),
});

const throttle = v.optional(v.array(v.object({ major: natural, minor: natural, rate: natural })));

const resourcesSchema = v.looseObject({
  devices: v.optional(
    v.array(
      v.object({
        allow: v.boolean(),
        type: v.optional(v.picklist(["a", "c", "b"])),
        major: v.optional(integer),
        minor: v.optional(integer),
        access: v.optional(v.pipe(text, v.regex(/^[rwm]*$/))),
      }),
    ),
  ),
  memory: v.optional(
    v.looseObject({
      limit: v.optional(limit),
      reservation: v.optional(limit),
      swap: v.optional(limit),
      swappiness: v.optional(natural),
      disableOOMKiller: v.optional(v.boolean()),
    }),
  ),
  cpu: v.optional(
    v.looseObject({
      shares: v.optional(natural),
      quota: v.optional(limit),
      period: v.optional(positive),
      cpus: v.optional(text),
      mems: v.optional(text),
      idle: v.optional(integer),
    }),
  ),
  pids: v.optional(v.object({ limit: integer })),
  blockIO: v.optional(
    v.looseObject({
      weight: v.optional(natural),
      weightDevice: v.optional(
        v.array(v.object({ major: natural, minor: natural, weight: natural })),
      ),
      throttleReadBpsDevice: throttle,
      throttleWriteBpsDevice: throttle,
      throttleReadIOPSDevice: throttle,
      throttleWriteIOPSDevice: throttle,
    }),
  ),
  unified: v.optional(v.record(v.string(), v.string())),
});

const mappings = v.optional(
  v.array(v.object({ containerID: id, hostID: id, size: v.pipe(positive, v.maxValue(2 ** 32)) })),
);

const specSchema = v.looseObject({
  ociVersion: v.pipe(text, v.regex(/^1\./, "only version 1 is known")),
  process: processSchema,
  root: v.looseObject({ path: v.pipe(text, v.minLength(1)), readonly: v.optional(v.boolean()) }),
  hostname: v.optional(v.pipe(text, v.maxLength(64, "sethostname(2) takes at most 64 bytes"))),
  domainname: v.optional(v.pipe(text, v.maxLength(64))),
  mounts: v.optional(
    v.array(
      v.looseObject({
        destination: absolutePath,
        type: v.optional(text),
        source: v.optional(text),
        options: v.optional(v.array(text)),
        uidMappings: mappings,
        gidMappings: mappings,
        subpath: v.optional(v.pipe(text, v.minLength(1))),
        namespace: v.optional(absolutePath),
      }),
    ),
  ),
  linux: v.optional(
    v.looseObject({
      namespaces: v.optional(
        v.pipe(
          v.array(
            v.object({
              type: v.picklist(["pid", "network", "mount", "ipc", "uts", "user", "cgroup"]),
              path: v.optional(absolutePath),
            }),
          ),
          v.check(
            (list) => new Set(list.map((one) => one.type)).size === list.length,
            "a type stands there twice",
          ),
        ),
      ),
      uidMappings: mappings,
      gidMappings: mappings,
      devices: v.optional(
        v.array(
          v.looseObject({
            type: v.picklist(["c", "b", "u", "p"]),
            path: absolutePath,
            major: v.optional(natural),
            minor: v.optional(natural),
            fileMode: v.optional(v.pipe(natural, v.maxValue(0o7777))),
            uid: v.optional(id),
            gid: v.optional(id),
          }),
        ),
      ),
      cgroupsPath: v.optional(text),
      resources: v.optional(resourcesSchema),
      rootfsPropagation: v.optional(v.picklist(["shared", "slave", "private", "unbindable"])),
      sysctl: v.optional(v.record(v.string(), text)),
      maskedPaths: v.optional(v.array(absolutePath)),
      readonlyPaths: v.optional(v.array(absolutePath)),
    }),
  ),
  annotations: v.optional(v.record(v.string(), v.string())),
});

/**
 * Checks that a value is a {@link Spec}, as far as that can be told without a kernel.
 * Fields that Dockher does not know are left alone, as the specification asks ("Extensibility").
 * @throws SpecError `INVALID_SPEC`, whose message names the first wrong place, such as `process.env.0`.
 */
export function validateSpec(value: unknown): Spec {
  const result = v.safeParse(specSchema, value, { abortEarly: true });
  if (!result.success) throw refuse([], result.issues[0]);
  return value as Spec;
}

/**
 * Checks the process of a specification alone, as of a command that enters a container.
 * @throws SpecError as {@link validateSpec} does
 */
export function validateProcess(value: unknown): Process {
  const result = v.safeParse(processSchema, value, { abortEarly: true });
  if (!result.success) throw refuse(["process"], result.issues[0]);
  return value as Process;
}

function refuse(parents: readonly string[], issue: v.BaseIssue<unknown>): SpecError {
  const path = v.getDotPath(issue);
  const place = [...parents, ...(path === null ? [] : [path])].join(".") || "it";
  return new SpecError(
    `failed to validate the container's configuration: ${place}: ${issue.message}`,
    { code: "INVALID_SPEC" },
  );
}
