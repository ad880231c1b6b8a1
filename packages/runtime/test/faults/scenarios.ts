import { mkdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ReadStream } from "node:tty";
import { startContainer } from "../../src/lifecycle/start-container.ts";
import type { ContainerOptions } from "../../src/options.ts";
import { run } from "../../src/run.ts";
import { Group } from "./injector.ts";
import { enterContainer, holdContainer, makeRootfs, startParked } from "./own-memory.ts";

/** A kind of container, and how to start one and read its state. */
export interface Scenario {
  /** Resolves to all that a program inside can see of how it was started. */
  start(): Promise<string>;
  /** The same start of a command that does nothing. */
  startNext(): Promise<string>;
  /** The first group of calls (inject.c) that matters. */
  firstGroup: number;
}

/** Prints what a start decides, with few processes: each of their system calls is looked at. */
const PRINT_STATE = `
  cd_at=$(pwd); echo "cwd $cd_at"; export; echo /proc/self/fd/*; read line </proc/self/stat; echo "stat $line"
  cat /proc/self/status /proc/self/limits /proc/self/mountinfo /proc/self/cgroup /proc/self/oom_score_adj \
    /proc/sys/kernel/hostname /etc/hosts /etc/resolv.conf /sys/class/net/lo/flags \
    /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max \
    /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max
  find /dev /work /volume /memory ! -path '/dev/pts/*' -exec stat -c '%n %F %a %u %g %t %T %N' {} +`;

/** Of /proc/self/status, what does not depend on when it is read. */
const STATUS = /^(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp|Sig(Blk|Ign|Cgt)|Umask):/;

/** What is the same in each container of a scenario: a fault that is passed over must not change a line of it. */
export function normalizeState(printed: string): string[] {
  return printed
    .replaceAll("\r", "")
    .split("\n")
    .map((line) =>
      line
        .replaceAll(/[0-9a-f]{64}/g, "ID")
        // Parent, group, session, terminal and its foreground group (proc(5)).
        .replace(/^stat (\d+) \(.*\) \S+ ((?:\S+ ){5}).*/, (_, pid, ids) => {
          return `stat ${String(ids).replaceAll(pid, "itself")}`;
        })
        // Of a container with ids of its own: others for each.
        .replaceAll(/([ug]id=)[1-9]\d{9}/g, "$1ID")
        // A mount's own numbers.
        .replace(/^\d+ \d+ \d+:\d+ (?=\/)/, "mount "),
    )
    .filter((line) => !/^[A-Za-z]\w*:\t/.test(line) || STATUS.test(line));
}

const script = `(${PRINT_STATE}) 2>&1`;

const make = (firstGroup: number, start: (script: string) => Promise<string>): Scenario => ({
  firstGroup,
  start: () => start(script),
  startNext: () => start("true"),
});

const inShell = (options: ContainerOptions, text: string): ContainerOptions => ({
  ...options,
  command: ["sh", "-c", text],
});

function makeRun(options: ContainerOptions): Scenario {
  return make(Group.node, async (text) => String((await run(inShell(options, text))).stdout));
}

/** By name; each works in a directory with an image of busybox. */
export const SCENARIOS: Readonly<Record<string, (directory: string) => Promise<Scenario>>> = {
  run: async (directory) => makeRun(makeOptions(directory)),
  terminal: async (directory) => {
    const options = makeOptions(directory);
    return make(Group.startThread, (text) =>
      startOnTerminal(inShell(options, `${text}; echo end; read line`)),
    );
  },
  mapped: async (directory) => makeRun({ ...makeOptions(directory), userns: "auto" }),
  rootless: async (directory) => {
    const { limits: _, ...options } = makeOptions(directory);
    return makeRun({ ...options, cgroups: "disabled" });
  },
  // With a single id there is nobody but root.
  "rootless with one id": async (directory) => {
    const { limits: _, ...options } = makeOptions(directory);
    return makeRun({ ...options, user: "root", cgroups: "disabled" });
  },
  parked: async (directory) => {
    const rootfs = await makeRootfs(directory);
    return make(Group.startThread, (text) => startParked(rootfs, text));
  },
  entered: async (directory) => {
    const held = await holdContainer(await makeRootfs(directory));
    return make(Group.startThread, (text) => enterContainer(held, text));
  },
};

/** As much as a container can have. */
function makeOptions(directory: string): ContainerOptions {
  const volume = join(directory, "volume");
  mkdirSync(volume, { recursive: true });
  return {
    source: { image: "busybox" },
    directories: { root: join(directory, "root"), cache: join(directory, "cache") },
    name: "faulty",
    hostname: "faulty",
    env: { HOME: "/" },
    cwd: "/work",
    user: "1000:1000",
    mounts: [
      { type: "bind", source: volume, target: "/volume", readonly: true },
      { type: "tmpfs", target: "/memory", size: 65_536 },
    ],
    limits: { memory: 64 * 2 ** 20, pids: 32 },
    ulimits: { nofile: { soft: 64, hard: 64 }, core: { soft: 0, hard: 0 } },
  };
}

async function startOnTerminal(options: ContainerOptions): Promise<string> {
  const container = await startContainer({
    ...options,
    user: "root",
    init: false,
    readonly: true,
    terminal: { rows: 30, columns: 100 },
  });
  const fd = container.terminal?.fd;
  if (fd === undefined) throw new TypeError("no terminal");
  const stream = new ReadStream(fd);
  // The end of a terminal is an error (EIO).
  let output = "";
  stream.on("data", (chunk) => {
    output += String(chunk);
    // When the command ends, the kernel throws away what has not arrived yet (tty_vhangup_session).
    if (/^end\r?$/m.test(output)) writeSync(fd, "\n");
  });
  stream.on("error", () => undefined);
  const closed = new Promise((resolve) => stream.once("close", resolve));
  await container.wait();
  await closed;
  return output;
}
