/** struct seccomp_data of linux/seccomp.h. */
export interface SystemCall {
  number: number;
  /** AUDIT_ARCH_*. */
  architecture: number;
  args?: readonly bigint[];
}

export interface Verdict {
  value: number;
  /** Instructions that were executed. */
  steps: number;
}

/** Runs a seccomp program as the kernel does, and complains of what the kernel would refuse to load. */
export function interpret(program: Uint8Array, call: SystemCall): Verdict {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = layOut(call);
  let accumulator = 0;
  let steps = 0;
  for (let at = 0; at * 8 < program.length; at++) {
    const operation = code.getUint16(at * 8, true);
    const constant = code.getUint32(at * 8 + 4, true);
    const jump = (condition: boolean): void => {
      at += code.getUint8(at * 8 + (condition ? 2 : 3));
    };
    steps++;
    switch (operation) {
      case 0x20:
        if (constant % 4 !== 0) throw new Error(`load from ${constant}`);
        accumulator = data.getUint32(constant, true);
        break;
      case 0x54:
        accumulator = (accumulator & constant) >>> 0;
        break;
      case 0x05:
        at += constant;
        break;
      case 0x15:
        jump(accumulator === constant);
        break;
      case 0x25:
        jump(accumulator > constant);
        break;
      case 0x35:
        jump(accumulator >= constant);
        break;
      case 0x45:
        jump((accumulator & constant) !== 0);
        break;
      case 0x06:
        return { value: constant, steps };
      default:
        throw new Error(`unknown operation ${operation} at ${at}`);
    }
  }
  throw new Error("ran past the end");
}

function layOut({ number, architecture, args = [] }: SystemCall): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, architecture, true);
  args.forEach((arg, index) => {
    data.setBigUint64(16 + index * 8, arg, true);
  });
  return data;
}
