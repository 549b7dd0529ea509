import { BpError } from '../../../platform/errors.ts';

/** Reads what a porter answers, piece by piece. What it says is as hostile as everything that comes out of a container. */
export class AnswerReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #received = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Whether so many bytes are there, to be taken without waiting. */
  has(count: number): boolean {
    return this.#bytes.length - this.#at >= count;
  }

  /** Waits until they are. Rejects with `sandbox_content` where no more come. */
  async wait(count: number): Promise<void> {
    while (!this.has(count)) {
      const next = await this.#chunks.next().catch((cause: unknown) => {
        throw broken('the stream broke', cause);
      });
      if (next.done === true) throw broken('it ended in the midst of an answer');
      this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), next.value]);
      this.#at = 0;
      this.#received += next.value.length;
    }
  }

  /** Bytes so far. */
  get received(): number {
    return this.#received;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#pass(1));
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#pass(2));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#pass(4));
  }

  u64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#pass(8));
  }

  i64(): bigint {
    return this.#bytes.readBigInt64BE(this.#pass(8));
  }

  /** A number that can be counted with. */
  size(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('a size beyond all bounds');
    return Number(value);
  }

  /** Only lent, until the next call of `wait`. */
  bytes(count: number): Buffer {
    const from = this.#pass(count);
    return this.#bytes.subarray(from, from + count);
  }

  text(count: number): string {
    return this.bytes(count).toString('latin1');
  }

  #pass(count: number): number {
    const from = this.#at;
    this.#at += count;
    return from;
  }
}

export function broken(what: string, cause?: unknown): BpError {
  return new BpError('sandbox_content', `the files of a container could not be carried: ${what}`, { cause });
}
