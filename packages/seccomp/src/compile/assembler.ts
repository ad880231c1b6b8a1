import { type Jump, type JumpTest, type Node, WHOLE_WORD } from "./node.js";

/** linux/bpf_common.h: class, size, mode and operand of each instruction that is used. */
const LOAD_WORD = 0x20;
const AND = 0x54;
const RETURN = 0x06;
const JUMP_ALWAYS = 0x05;
const JUMPS: Readonly<Record<JumpTest, number>> = {
  equal: 0x15,
  greater: 0x25,
  "greater-or-equal": 0x35,
  bits: 0x45,
};

/** A conditional jump's offset is one byte. */
const LONGEST_JUMP = 255;

/** The kernel takes no more instructions: BPF_MAXINSNS. */
export const LONGEST_PROGRAM = 4096;

interface Instruction {
  code: number;
  yes: number;
  no: number;
  constant: number;
}

/** Lays out a graph from its end to its beginning, since BPF jumps only forward. */
export class Assembler {
  /** The last instruction of the program comes first. */
  readonly #reversed: Instruction[] = [];
  /** How many instructions there were when the node's first was laid down. */
  readonly #places = new Map<Node, number>();

  /** struct sock_filter for each instruction: u16 code, u8 yes, u8 no, u32 constant, little-endian. */
  assemble(root: Node): Uint8Array {
    this.#placeAll(root);
    this.#jumpTo(root);
    const bytes = new DataView(new ArrayBuffer(this.#reversed.length * 8));
    this.#reversed.toReversed().forEach(({ code, yes, no, constant }, index) => {
      bytes.setUint16(index * 8, code, true);
      bytes.setUint8(index * 8 + 2, yes);
      bytes.setUint8(index * 8 + 3, no);
      bytes.setUint32(index * 8 + 4, constant, true);
    });
    return new Uint8Array(bytes.buffer);
  }

  /** What a node leads to comes first. Without recursion, because a profile may chain thousands of rules. */
  #placeAll(root: Node): void {
    const waiting = [root];
    for (let node = waiting.at(-1); node !== undefined; node = waiting.at(-1)) {
      const next = listTargets(node).find((target) => !this.#places.has(target));
      if (next !== undefined) {
        waiting.push(next);
        continue;
      }
      if (!this.#places.has(node)) this.#place(node);
      waiting.pop();
    }
  }

  #place(node: Node): void {
    switch (node.kind) {
      case "return":
        this.#add({ code: RETURN, constant: node.value });
        break;
      case "load":
        this.#jumpTo(node.next);
        if (node.mask !== WHOLE_WORD) this.#add({ code: AND, constant: node.mask });
        this.#add({ code: LOAD_WORD, constant: node.offset });
        break;
      case "jump":
        this.#placeJump(node);
        break;
    }
    this.#places.set(node, this.#reversed.length);
  }

  #placeJump(node: Jump): void {
    const { test, constant, yes, no } = node;
    // To bring one near may push the other out of reach, by one instruction.
    this.#bringNear(no, LONGEST_JUMP - 1);
    this.#bringNear(yes, LONGEST_JUMP);
    this.#add({
      code: JUMPS[test],
      constant,
      yes: this.#distanceTo(yes),
      no: this.#distanceTo(no),
    });
  }

  /** Another return costs no more than a jump to the old one. */
  #bringNear(node: Node, reach: number): void {
    if (this.#distanceTo(node) <= reach) return;
    if (node.kind === "return") this.#add({ code: RETURN, constant: node.value });
    else this.#add({ code: JUMP_ALWAYS, constant: this.#distanceTo(node) });
    this.#places.set(node, this.#reversed.length);
  }

  #jumpTo(node: Node): void {
    const constant = this.#distanceTo(node);
    if (constant > 0) this.#add({ code: JUMP_ALWAYS, constant });
  }

  /** From the instruction that comes next. */
  #distanceTo(node: Node): number {
    return this.#reversed.length - (this.#places.get(node) ?? 0);
  }

  #add(instruction: Pick<Instruction, "code" | "constant"> & Partial<Instruction>): void {
    this.#reversed.push({ yes: 0, no: 0, ...instruction });
  }
}

function listTargets(node: Node): Node[] {
  if (node.kind === "return") return [];
  return node.kind === "load" ? [node.next] : [node.yes, node.no];
}
