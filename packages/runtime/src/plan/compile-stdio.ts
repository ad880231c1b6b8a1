import type { Plan, Stdio } from "@dockher/ns";
import { RuntimeError } from "../error.js";
import type { ContainerOptions, StdioOption } from "../options.js";

/**
 * Where the three standard streams go: the terminal, where there is one, else what was asked for.
 * @throws RuntimeError `INVALID_STDIO` for a descriptor that is none
 */
export function compileStdio(options: ContainerOptions): Plan["stdio"] {
  if (options.terminal !== undefined) {
    return [{ kind: "console" }, { kind: "console" }, { kind: "console" }];
  }
  return [
    compileStream(options.stdin ?? "null", 0),
    compileStream(options.stdout ?? "pipe", 1),
    compileStream(options.stderr ?? "pipe", 2),
  ];
}

function compileStream(option: StdioOption, own: number): Stdio {
  if (option === "null") return { kind: "null" };
  if (option === "pipe") return { kind: "pipe" };
  const fd = option === "inherit" ? own : option.fd;
  if (!Number.isInteger(fd) || fd < 0) {
    throw new RuntimeError(`failed to hand over descriptor ${fd}: it is none`, {
      code: "INVALID_STDIO",
    });
  }
  return { kind: "inherit", fd };
}
