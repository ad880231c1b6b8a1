/**
 * A filter as a graph of decisions, before it is laid out. Equal nodes are one object, so that what is decided alike is there once.
 */
export type Node = Return | Load | Jump;

interface Return {
  kind: "return";
  id: number;
  value: number;
}

/** Takes a word of `struct seccomp_data` into the accumulator, all of it or what the mask leaves. */
interface Load {
  kind: "load";
  id: number;
  offset: number;
  mask: number;
  next: Node;
}

/** Compares the accumulator with a constant, unsigned. */
export interface Jump {
  kind: "jump";
  id: number;
  test: JumpTest;
  constant: number;
  yes: Node;
  no: Node;
}

/** `bits`: whether any bit of the constant is set in the accumulator. */
export type JumpTest = "equal" | "greater" | "greater-or-equal" | "bits";

export const WHOLE_WORD = 0xffff_ffff;

export interface TestOptions {
  offset: number;
  /** Default the whole word. */
  mask?: number;
  test: JumpTest;
  constant: number;
  yes: Node;
  no: Node;
}

/** Makes nodes, each once. */
export class NodeFactory {
  readonly #nodes = new Map<string, Node>();

  return(value: number): Node {
    return this.#share(`return ${value}`, (id) => ({ kind: "return", id, value }));
  }

  load(offset: number, next: Node, mask: number = WHOLE_WORD): Node {
    // A return reads nothing, and another load forgets this one.
    if (next.kind !== "jump") return next;
    const key = `load ${offset} ${mask} ${next.id}`;
    return this.#share(key, (id) => ({ kind: "load", id, offset, mask, next }));
  }

  /** On what is in the accumulator. */
  jump({ test, constant, yes, no }: Omit<Jump, "kind" | "id">): Node {
    if (yes === no) return yes;
    const key = `${test} ${constant} ${yes.id} ${no.id}`;
    return this.#share(key, (id) => ({ kind: "jump", id, test, constant, yes, no }));
  }

  /** Loads and jumps; what follows does not load the same again. */
  test({ offset, mask = WHOLE_WORD, test, constant, yes, no }: TestOptions): Node {
    const skip = (node: Node): Node =>
      node.kind === "load" && node.offset === offset && node.mask === mask ? node.next : node;
    const jump = this.jump({ test, constant, yes: skip(yes), no: skip(no) });
    return this.load(offset, jump, mask);
  }

  #share(key: string, make: (id: number) => Node): Node {
    let node = this.#nodes.get(key);
    if (node === undefined) {
      node = make(this.#nodes.size);
      this.#nodes.set(key, node);
    }
    return node;
  }
}
