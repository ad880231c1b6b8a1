import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** The programs of the suite, compiled. */
export interface Programs {
  /** Static: it runs in any root filesystem. */
  probe: string;
  dirty: string;
  canary: string;
  terminal: string;
}

/** Why nothing can be compiled here; undefined where it can. */
export function findCompilerObstacle(): string | undefined {
  return spawnSync("gcc", ["--version"]).status === 0 ? undefined : "it needs gcc";
}

let compiled: Programs | undefined;

/** Compiles the programs, once for this process, which removes them at its end. */
export function compilePrograms(): Programs {
  compiled ??= compile();
  return compiled;
}

function compile(): Programs {
  const directory = mkdtempSync(join(tmpdir(), "dockher-programs-"));
  chmodSync(directory, 0o755);
  process.once("exit", () => rmSync(directory, { recursive: true }));
  const build = (name: string, ...args: string[]): string => {
    const output = join(directory, name);
    const flags = ["-O1", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-o", output];
    execFileSync("gcc", [...flags, ...args]);
    return output;
  };
  const probes = readdirSync(join(HERE, "probe"))
    .filter((name) => name.endsWith(".c"))
    .map((name) => join(HERE, "probe", name));
  const buildOfHost = (name: string): string => build(name, join(HERE, "host", `${name}.c`));
  return {
    // Not position-independent: addresses of its data must fit into 32 bits.
    probe: build("probe", "-static", "-no-pie", ...probes),
    canary: buildOfHost("canary"),
    dirty: buildOfHost("dirty"),
    terminal: buildOfHost("terminal"),
  };
}
