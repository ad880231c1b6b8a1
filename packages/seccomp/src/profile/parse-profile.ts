import type {
  LinuxSeccompArg,
  SeccompAction,
  SeccompArchitecture,
  SeccompFlag,
  SeccompOperator,
} from "@dockher/spec";
import { takesNumber } from "../compile/action.js";
import { Place } from "./place.js";
import type {
  ArchitectureMapping,
  ProfileCondition,
  ProfileRule,
  SeccompProfile,
} from "./profile.js";

const ACTIONS: readonly SeccompAction[] = [
  "SCMP_ACT_KILL",
  "SCMP_ACT_KILL_PROCESS",
  "SCMP_ACT_KILL_THREAD",
  "SCMP_ACT_TRAP",
  "SCMP_ACT_ERRNO",
  "SCMP_ACT_TRACE",
  "SCMP_ACT_ALLOW",
  "SCMP_ACT_LOG",
];

const OPERATORS: readonly SeccompOperator[] = [
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
];

/** Every one of the OCI specification: a profile may be meant for several machines. */
const ARCHITECTURES: readonly SeccompArchitecture[] = [
  ...[
    "X86",
    "X86_64",
    "X32",
    "ARM",
    "AARCH64",
    "MIPS",
    "MIPS64",
    "MIPS64N32",
    "MIPSEL",
    "MIPSEL64",
  ],
  ...["MIPSEL64N32", "PPC", "PPC64", "PPC64LE", "S390", "S390X", "PARISC", "PARISC64", "RISCV64"],
  ...["LOONGARCH64", "M68K", "SH", "SHEB"],
].map((name) => `SCMP_ARCH_${name}` as const);

const FLAGS: readonly SeccompFlag[] = [
  "SECCOMP_FILTER_FLAG_TSYNC",
  "SECCOMP_FILTER_FLAG_LOG",
  "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
];

/** MAX_ERRNO of linux/err.h: the kernel cuts off what is above. */
const MAX_ERRNO = 4095;
const MAX_TRACE = 0xffff;

/** Docker's own profile has 30 rules and 500 names. */
const MOST_RULES = 4096;
const MOST_NAMES = 65_536;

/**
 * Checks that a value of unknown shape is a profile, in Docker's form or the OCI's.
 * What a rule does not know is refused, because a misspelt condition would open what it was to close.
 * @throws SeccompError `INVALID_SECCOMP_PROFILE`, whose message names the first wrong place, such as `syscalls.0.args.1.op`
 */
export function parseProfile(value: unknown): SeccompProfile {
  const place = Place.root(value);
  refuseListener(place);
  const defaultAction = readAction(place.at("defaultAction"));
  const architectures = readArchitectures(place.at("architectures"));
  const archMap = place.at("archMap").optionalList(readMapping, { most: 64 });
  if (architectures?.length && archMap?.length) {
    throw place.at("archMap").refuse("architectures stand there as well; only one of them may");
  }
  const syscalls = place.at("syscalls").optionalList(readRule, { most: MOST_RULES });
  const names = syscalls?.reduce((sum, rule) => sum + rule.names.length, 0) ?? 0;
  if (names > MOST_NAMES) throw place.at("syscalls").refuse(`more than ${MOST_NAMES} names`);
  return {
    defaultAction,
    ...given("defaultErrnoRet", readNumber(place.at("defaultErrnoRet"), defaultAction)),
    // Docker writes an empty list where there is a map.
    ...given("architectures", architectures?.length ? architectures : undefined),
    ...given("archMap", archMap),
    ...given(
      "flags",
      place.at("flags").optionalList((flag) => flag.choice(FLAGS), { most: 16 }),
    ),
    ...given("syscalls", syscalls),
  };
}

const NO_LISTENER = "notification of user space is not supported";

function readAction(place: Place): SeccompAction {
  if (place.value === "SCMP_ACT_NOTIFY") throw place.refuse(NO_LISTENER);
  return place.choice(ACTIONS);
}

/** Nobody here would answer what a filter asks of user space. */
function refuseListener(place: Place): void {
  for (const name of ["listenerPath", "listenerMetadata"]) {
    if (place.at(name).isGiven && place.at(name).value !== "") {
      throw place.at(name).refuse(NO_LISTENER);
    }
  }
}

function readArchitectures(place: Place): SeccompArchitecture[] | undefined {
  return place.optionalList((name) => name.choice(ARCHITECTURES), { most: 64 });
}

function readMapping(place: Place): ArchitectureMapping {
  place.expectKeys(["architecture", "subArchitectures"]);
  return {
    architecture: place.at("architecture").choice(ARCHITECTURES),
    ...given("subArchitectures", readArchitectures(place.at("subArchitectures"))),
  };
}

function readRule(place: Place): ProfileRule {
  // `errno` and `comment` are for people: podman writes both beside `errnoRet`.
  place.expectKeys([
    ...["name", "names", "action", "errnoRet", "errno", "args", "comment", "includes", "excludes"],
  ]);
  if (place.at("errno").isGiven && !place.at("errnoRet").isGiven) {
    throw place.at("errno").refuse("errnoRet must stand beside it, with the number");
  }
  const action = readAction(place.at("action"));
  return {
    names: readNames(place),
    action,
    ...given("errnoRet", readNumber(place.at("errnoRet"), action)),
    ...given("args", place.at("args").optionalList(readArgument, { most: 64 })),
    ...given("includes", readCondition(place.at("includes"))),
    ...given("excludes", readCondition(place.at("excludes"))),
  };
}

/** Docker's older form has a `name` in each rule. */
function readNames(place: Place): string[] {
  const { isGiven } = place.at("name");
  const names = place.at("names").optionalList((name) => name.text(), { most: MOST_NAMES }) ?? [];
  if (isGiven && names.length > 0) throw place.at("name").refuse("names stand there as well");
  if (isGiven) return [place.at("name").text()];
  if (names.length === 0) throw place.at("names").refuse("there is none");
  return names;
}

function readNumber(place: Place, action: SeccompAction): number | undefined {
  if (!place.isGiven) return undefined;
  if (!takesNumber(action)) throw place.refuse(`${action} hands on no number`);
  return place.natural(action === "SCMP_ACT_TRACE" ? MAX_TRACE : MAX_ERRNO);
}

function readArgument(place: Place): LinuxSeccompArg {
  place.expectKeys(["index", "value", "valueTwo", "op"]);
  const valueTwo = place.at("valueTwo");
  return {
    index: place.at("index").natural(5),
    value: place.at("value").unsigned64(),
    ...given("valueTwo", valueTwo.isGiven ? valueTwo.unsigned64() : undefined),
    op: place.at("op").choice(OPERATORS),
  };
}

function readCondition(place: Place): ProfileCondition | undefined {
  if (!place.isGiven) return undefined;
  place.expectKeys(["caps", "arches", "minKernel"]);
  const readTexts = (name: string): string[] | undefined =>
    place.at(name).optionalList((text) => text.text(), { most: 256 });
  const minKernel = place.at("minKernel");
  if (minKernel.isGiven && !/^\d{1,6}\.\d{1,6}$/.test(minKernel.text())) {
    throw minKernel.refuse("it must read MAJOR.MINOR, such as 4.8");
  }
  return {
    ...given("caps", readTexts("caps")),
    ...given("arches", readTexts("arches")),
    ...given("minKernel", minKernel.isGiven ? minKernel.text() : undefined),
  };
}

function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}
