import type { LinuxSeccomp, SeccompFlag } from "@dockher/spec";
import { type Machine, selectArchitectures } from "../architecture.js";
import { SeccompError } from "../error.js";
import type { Filter } from "../filter.js";
import { KILL_THREAD } from "./action.js";
import { Assembler, LONGEST_PROGRAM } from "./assembler.js";
import { type Node, NodeFactory } from "./node.js";
import { divideNumbers, type Newer } from "./number-space.js";
import { buildSearchTree } from "./search-tree.js";

/** struct seccomp_data of linux/seccomp.h. */
const NUMBER = 0;
const ARCHITECTURE = 4;

/** linux/seccomp.h, SECCOMP_FILTER_FLAG_*. */
const FLAGS: Readonly<
  Record<Exclude<SeccompFlag, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV">, number>
> = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
};

export interface CompileFilterOptions {
  seccomp: LinuxSeccomp;
  machine: Machine;
  /**
   * The answer to calls beyond all that the profile names on an architecture, where its default action refuses. As runc does, ENOSYS,
   * so that a libc that tries a call of a newer kernel falls back.
   */
  newer: Newer;
}

/**
 * Compiles what has been checked.
 * @throws SeccompError `SECCOMP_PROGRAM_TOO_LONG`
 */
export function compileFilter({ seccomp, machine, newer }: CompileFilterOptions): Filter {
  const nodes = new NodeFactory();
  const architectures = selectArchitectures(machine, seccomp.architectures ?? []);
  const tokens = new Set(architectures.map(({ audit }) => audit));
  let root: Node = nodes.return(KILL_THREAD);
  for (const token of [...tokens].reverse()) {
    const intervals = divideNumbers(nodes, {
      seccomp,
      architectures: architectures.filter(({ audit }) => audit === token),
      newer,
    });
    root = nodes.test({
      offset: ARCHITECTURE,
      test: "equal",
      constant: token,
      yes: nodes.load(NUMBER, buildSearchTree(nodes, intervals)),
      no: root,
    });
  }
  const program = new Assembler().assemble(root);
  checkLength(program.length / 8);
  const flags = (seccomp.flags ?? []).reduce(
    (mask, flag) => mask | FLAGS[flag as keyof typeof FLAGS],
    0,
  );
  return { program, flags };
}

function checkLength(instructions: number): void {
  if (instructions <= LONGEST_PROGRAM) return;
  throw new SeccompError(
    `failed to compile the seccomp profile: it takes ${instructions} instructions, and the kernel allows ${LONGEST_PROGRAM}`,
    {
      code: "SECCOMP_PROGRAM_TOO_LONG",
      hint: "write fewer rules with arguments, or name fewer architectures",
    },
  );
}
