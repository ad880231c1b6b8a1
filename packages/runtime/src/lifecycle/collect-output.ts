import type { Readable } from "node:stream";

export interface CollectOptions {
  streams: { stdout: Readable; stderr: Readable };
  /** Bytes of both together. */
  limit: number;
  /** Called once, when the limit is passed. */
  onLimit: () => void;
}

export interface CollectedOutput {
  stdout: Buffer;
  stderr: Buffer;
  /** Whether something was dropped. */
  exceeded: boolean;
}

/** Reads both streams to their ends, keeps as much as the limit allows and drops the rest. */
export async function collectOutput(options: CollectOptions): Promise<CollectedOutput> {
  let left = options.limit;
  const collect = async (stream: Readable): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (left > 0) chunks.push(chunk.subarray(0, left));
      const exceeded = left < 0;
      left -= chunk.length;
      if (left < 0 && !exceeded) options.onLimit();
    }
    return Buffer.concat(chunks);
  };
  const [stdout, stderr] = await Promise.all([
    collect(options.streams.stdout),
    collect(options.streams.stderr),
  ]);
  return { stdout, stderr, exceeded: left < 0 };
}
