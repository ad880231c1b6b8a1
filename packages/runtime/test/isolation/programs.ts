import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
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

/** Compiles the programs into a directory. */
export function compilePrograms(directory: string): Programs {
  const listSources = (folder: string): string[] =>
    readdirSync(join(HERE, folder))
      .filter((name) => name.endsWith(".c"))
      .map((name) => join(HERE, folder, name));
  const compile = (name: string, ...args: string[]): string => {
    const output = join(directory, name);
    execFileSync("gcc", [
      ..."-O1 -D_GNU_SOURCE -Wall -Wextra -Werror -o".split(" "),
      output,
      ...args,
    ]);
    return output;
  };
  // Not position-independent: addresses of its data must fit into 32 bits.
  const probe = compile("probe", "-static", "-no-pie", ...listSources("probe"));
  const [canary, dirty, terminal] = ["canary", "dirty", "terminal"].map((name) =>
    compile(name, join(HERE, "host", `${name}.c`)),
  ) as [string, string, string];
  return { probe, canary, dirty, terminal };
}
