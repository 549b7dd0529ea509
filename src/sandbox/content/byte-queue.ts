const NOTHING = Buffer.alloc(0);
const BYTES_MIN = 1024;

/** Bytes that wait, `bytesMax` at most, in memory of their own: however small the pieces they came in. */
export class ByteQueue {
  readonly #bytesMax: number;
  #bytes: Buffer = NOTHING;
  #first = 0;
  #end = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#end - this.#first;
  }

  get room(): number {
    return this.#bytesMax - this.length;
  }

  /** The piece must not be larger than the room there is. */
  push(piece: Uint8Array): void {
    if (this.#end + piece.length > this.#bytes.length) this.#makeRoom(piece.length);
    this.#bytes.set(piece, this.#end);
    this.#end += piece.length;
  }

  /** The oldest, at most so many, as a copy. */
  take(bytesMax: number): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(this.#first, Math.min(this.#end, this.#first + bytesMax)));
    this.#first += taken.length;
    if (this.#first === this.#end) this.clear();
    return taken;
  }

  clear(): void {
    this.#bytes = NOTHING;
    this.#first = this.#end = 0;
  }

  #makeRoom(more: number): void {
    const waiting = this.#bytes.subarray(this.#first, this.#end);
    const needed = waiting.length + more;
    const isTooSmall = needed > this.#bytes.length;
    const size = Math.min(this.#bytesMax, Math.max(BYTES_MIN, needed * 2));
    const target = isTooSmall ? Buffer.allocUnsafeSlow(size) : this.#bytes;
    target.set(waiting);
    this.#bytes = target;
    this.#end = waiting.length;
    this.#first = 0;
  }
}
