/** Run below inject.c: makes each system call of a start fail in turn, and prints a line of JSON for each. */
import { mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DockherError } from "@dockher/spec";
import { type Call, type ErrnoName, Group, Injector } from "./injector.ts";
import { normalizeState, SCENARIOS, type Scenario } from "./scenarios.ts";

/** What became of a start of which one call failed. */
export interface Fault {
  scenario: string;
  call: Call;
  error: ErrnoName;
  /** Whether the call came at all. */
  fired: boolean;
  outcome: "started" | "failed" | "hung";
  /** Of the error; for a start that succeeded, how the container differs from one without a fault. */
  code?: string;
  message: string;
  /** What was there after it and not before. */
  left: string[];
}

/** What to do, from the environment. */
export interface FaultOptions {
  directory: string;
  scenario: string;
  /** Each call fails with the first; with the others only those that the kernel may ask to repeat, unless `thorough`. */
  errors: ErrnoName[];
  /** Of what is called more often than `rare` times, every so-manieth call. */
  stride: number;
  rare: number;
  /** All errors for all calls, and a start without a fault after each. */
  thorough: boolean;
}

const options: FaultOptions = JSON.parse(process.env["FAULTS"] ?? "{}");
const { directory } = options;

/** signal(7), "Interruption of system calls". */
const RESTARTABLE =
  /^(openat2?|read|write|p?poll(#1)?|recvmsg|recvfrom|sendmsg|sendto|rt_sigtimedwait|flock|ioctl.*)$/;
/** The same loop over all signals, capabilities or descriptors: the first, one in the middle and the last are enough. */
const LOOPS = /^(rt_sigaction|prctl#(23|24)|close_range|fcntl#2)$/;
const CHECK_NEXT_EVERY = 10;

const PATIENCE_MS = 30_000;
const injector = new Injector();

/** All that a start could leave, but for what the garbage collector has not got to. */
function takeInventory(): string[] {
  const containers = join(directory, "root", "containers");
  return [
    ...readdirSync("/proc/self/fd").map((fd) =>
      `descriptor ${fd} ${readTarget(fd)}`.replace(":", ""),
    ),
    ...readdirSync("/proc/self/task").flatMap((thread) => listChildren(thread)),
    ...readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes(directory)),
    ...readdirSync(containers).map((name) => `record ${name}`),
    ...readdirSync(join(containers, "names")).map((name) => `name ${name}`),
  ];
}

function readTarget(fd: string): string {
  try {
    const target = readlinkSync(`/proc/self/fd/${fd}`);
    // The one that the listing itself needs.
    return target.endsWith("/fd") ? "" : target;
  } catch {
    return "";
  }
}

function listChildren(thread: string): string[] {
  return readFileSync(`/proc/self/task/${thread}/children`, "utf8")
    .split(" ")
    .filter(Boolean)
    .map((pid) => `process ${pid} ${readName(pid)}`);
}

function readName(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "that ends just now";
  }
}

type Attempt = Pick<Fault, "outcome" | "code" | "message">;

/** One start, to its end. */
async function attempt(scenario: Pick<Scenario, "start">): Promise<Attempt> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<Attempt>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: "hung", message: "" }), PATIENCE_MS);
  });
  const done = scenario.start().then(
    (state): Attempt => ({ outcome: "started", message: state }),
    (error): Attempt => ({
      outcome: "failed",
      code:
        error instanceof DockherError ? error.code : `no DockherError: ${error?.constructor?.name}`,
      message: String(error?.message),
    }),
  );
  try {
    return await Promise.race([hung, done]);
  } finally {
    clearTimeout(timer);
  }
}

/** The lines of a container's state that are other than they should be. */
function compareStates(expected: string, printed: string): string {
  const wanted = normalizeState(expected);
  const got = normalizeState(printed);
  return [
    ...got.filter((line) => !wanted.includes(line)).map((line) => `+${line}`),
    ...wanted.filter((line) => !got.includes(line)).map((line) => `-${line}`),
  ].join("\n");
}

async function faultEach(name: string, scenario: Scenario): Promise<void> {
  // Twice: what is made once, such as the sealed init and the threads, is no part of each start.
  await attempt(scenario);
  const expected = await attempt(scenario);
  if (expected.outcome !== "started")
    throw new Error(`${name} does not start: ${expected.message}`);
  injector.watch();
  await attempt(scenario);
  const calls = leaveOutTools(injector.report().calls).filter(
    ({ group }) => group >= scenario.firstGroup,
  );
  const before = takeInventory();
  const listNew = (): string[] => takeInventory().filter((item) => !before.includes(item));
  for (const [place, { call, error }] of selectFaults(calls).entries()) {
    injector.arm(call, error);
    const result = await attempt(scenario);
    const { fired, calls: made } = injector.report();
    const failed = made.find(({ group, index }) => group === call.group && index === call.index);
    if (result.outcome === "started")
      result.message = compareStates(expected.message, result.message);
    const left = listNew();
    if (options.thorough || left.length > 0 || place % CHECK_NEXT_EVERY === 0) {
      const next = await attempt({ start: scenario.startNext });
      if (next.outcome !== "started") left.push(`the next start ${next.outcome}: ${next.message}`);
      left.push(...listNew().map((item) => `for good: ${item}`));
    }
    const fault: Fault = { scenario: name, call: failed ?? call, error, fired, ...result, left };
    process.stdout.write(`${JSON.stringify(fault)}\n`);
    if (result.outcome === "hung") process.exit(1);
  }
}

/** Without root, Node starts programs to tidy up. Up to their own main() its children are libuv's, and alone in calling dup2. */
function leaveOutTools(calls: Call[]): Call[] {
  const tools = new Set(calls.filter(({ name }) => name === "dup2").map(({ group }) => group));
  return calls.filter(({ group }) => group < Group.firstChild || !tools.has(group));
}

function selectFaults(calls: Call[]): { call: Call; error: ErrnoName }[] {
  const { errors, thorough } = options;
  const chosen = thorough ? calls : thinOut(calls.filter((call) => !isInsideLoop(calls, call)));
  return errors.flatMap((error, position) =>
    chosen
      .filter(({ name, group }) => {
        return thorough || position === 0 || (group !== Group.node && RESTARTABLE.test(name));
      })
      .map((call) => ({ call, error })),
  );
}

/** Of what is called often, every so-manieth. */
function thinOut(calls: Call[]): Call[] {
  const counts = new Map<string, number>();
  return calls.filter(({ group, name }) => {
    const count = (counts.get(`${group} ${name}`) ?? 0) + 1;
    counts.set(`${group} ${name}`, count);
    return count <= options.rare || count % options.stride === 0;
  });
}

function isInsideLoop(calls: Call[], call: Call): boolean {
  if (!LOOPS.test(call.name)) return false;
  const same = calls.filter(({ group, name }) => group === call.group && name === call.name);
  return ![0, same.length >> 1, same.length - 1].includes(same.indexOf(call));
}

mkdirSync(join(directory, "root", "containers", "names"), { recursive: true });
// All of libuv's threads, so that those that come later are start threads.
await Promise.all(Array.from({ length: 16 }, () => stat("/")));
injector.mark();
const makeScenario = SCENARIOS[options.scenario];
if (makeScenario === undefined) throw new Error(`there is no scenario ${options.scenario}`);
await faultEach(options.scenario, await makeScenario(directory));
process.exit(0);
