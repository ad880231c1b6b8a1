import {
  type EnteredCommand,
  type ExecOptions,
  execDetached,
  execInContainer,
} from "@dockher/runtime";
import type { OptionTable } from "../arguments/option.js";
import { type Command, defineCommand } from "../command.js";
import { UsageError } from "../error.js";
import { readDetachKeys } from "../run/attach-options.js";
import { checkAttached } from "../run/check-attached.js";
import { describeDirectories } from "../run/create-kept.js";
import { enterCgroupFor } from "../run/enter-cgroup-for.js";
import { toFailureCode } from "../run/failure-code.js";
import { forwardSignals, toExitCode } from "../run/signals.js";
import { DEFAULT_SIZE, readTerminalSize } from "../run/terminal-size.js";
import { readEnvironment } from "../values/environment.js";

const OPTIONS = {
  detach: { kind: "flag", short: "d", summary: "Do not wait for it; its output goes nowhere" },
  interactive: { kind: "flag", short: "i", summary: "Give the command this standard input" },
  tty: { kind: "flag", short: "t", summary: "Give the command a terminal" },
  env: {
    kind: "list",
    short: "e",
    placeholder: "NAME[=VALUE]",
    summary: "Set a variable, or hand over yours",
  },
  "env-file": { kind: "list", placeholder: "FILE", summary: "Read variables from a file" },
  workdir: { kind: "value", short: "w", placeholder: "DIR", summary: "The directory to start in" },
  user: { kind: "value", short: "u", placeholder: "USER[:GROUP]", summary: "Names or numbers" },
  privileged: { kind: "flag", summary: "Every capability, and no seccomp filter" },
  "detach-keys": {
    kind: "value",
    placeholder: "KEYS",
    summary: "Keys that leave it running, with -it: ctrl-p,ctrl-q",
  },
} as const satisfies OptionTable;

export const exec: Command = defineCommand({
  usage: "exec [OPTIONS] CONTAINER COMMAND [ARG…]",
  summary: "Run a command in a container that runs, and end with its exit code.",
  options: OPTIONS,
  examples: [{ line: "dockher exec -it web sh", summary: "A shell to type into" }],
  toFailureCode: (error) => {
    const code = toFailureCode(error);
    return code === 125 ? 1 : code;
  },
  execute: async ({ options, operands }, context) => {
    const [container, ...command] = operands;
    if (container === undefined || command.length === 0) {
      throw new UsageError("failed to enter a container: it and a command are needed", {
        code: "MISSING_ARGUMENT",
        hint: "dockher exec NAME ls",
      });
    }
    const described = {
      container,
      command,
      env: readEnvironment({ env: options.env, envFiles: options["env-file"] }, context.env),
      ...(options.workdir === undefined ? {} : { cwd: options.workdir }),
      ...(options.user === undefined ? {} : { user: options.user }),
      ...(options.privileged === true ? { privileged: true } : {}),
      ...describeDirectories(context),
    };
    checkAttached(options);
    const terminal = { tty: options.tty === true, interactive: options.interactive === true };
    if (options.detach === true) {
      await execDetached({
        ...described,
        ...(terminal.tty ? { terminal: DEFAULT_SIZE } : {}),
        openStdin: terminal.interactive,
      });
      return 0;
    }
    if (terminal.tty) (await import("../run/terminal.js")).checkTerminal(terminal);
    if (options["detach-keys"] !== undefined) {
      const { execToLeave } = await import("../run/exec-attached.js");
      const detachKeys = readDetachKeys(options["detach-keys"], context.env);
      return execToLeave({ entry: described, detachKeys });
    }
    const signals = forwardSignals({ terminal: terminal.tty, notice: context.notice });
    await enterCgroupFor(described);
    await using entered = await execInContainer({
      ...described,
      ...describeStreams(terminal),
    });
    signals.attach(entered);
    return await awaitEnd(entered, terminal);
  },
});

interface Terminal {
  tty: boolean;
  interactive: boolean;
}

type Streams = Pick<ExecOptions, "stderr" | "stdin" | "stdout" | "terminal">;

function describeStreams({ tty, interactive }: Terminal): Streams {
  if (tty) return { terminal: readTerminalSize() };
  return { stdin: interactive ? "inherit" : "null", stdout: "inherit", stderr: "inherit" };
}

async function awaitEnd(entered: EnteredCommand, terminal: Terminal): Promise<number> {
  await using attached = terminal.tty
    ? (await import("../run/terminal.js")).attachTerminal(entered, terminal)
    : undefined;
  const status = await entered.wait();
  await attached?.drained;
  return status.signal === undefined ? status.exitCode : toExitCode(status.signal);
}
