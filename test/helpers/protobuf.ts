type Field = bigint | Buffer;

/** A message of protobuf, by the numbers of its fields: numbers as they stand there, all else as bytes. */
export class Message {
  readonly #fields = new Map<number, Field[]>();

  constructor(bytes: Buffer) {
    for (let at = 0; at < bytes.length;) {
      const [tag, afterTag] = varint(bytes, at);
      const [value, next] = field(bytes, Number(tag & 7n), afterTag);
      const number = Number(tag >> 3n);
      this.#fields.set(number, [...(this.#fields.get(number) ?? []), value]);
      at = next;
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  messages(number: number): readonly Message[] {
    return (this.#fields.get(number) ?? []).map((bytes) => new Message(bytes as Buffer));
  }

  bytes(number: number): Buffer {
    return (this.#fields.get(number)?.[0] ?? Buffer.alloc(0)) as Buffer;
  }

  text(number: number): string {
    return this.bytes(number).toString();
  }

  number(number: number): bigint {
    return (this.#fields.get(number)?.[0] ?? 0n) as bigint;
  }
}

function field(bytes: Buffer, wireType: number, at: number): [Field, number] {
  switch (wireType) {
    case 0:
      return varint(bytes, at);
    case 1:
      return [bytes.readBigUInt64LE(at), at + 8];
    case 2: {
      const [length, start] = varint(bytes, at);
      const end = start + Number(length);
      return [bytes.subarray(start, end), end];
    }
    case 5:
      return [BigInt(bytes.readUInt32LE(at)), at + 4];
    default:
      throw new Error(`no wire type: ${wireType}`);
  }
}

function varint(bytes: Buffer, at: number): [bigint, number] {
  for (let value = 0n, shift = 0n, next = at; ; shift += 7n) {
    const byte = bytes.readUInt8(next++);
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return [value, next];
  }
}
