import { Duplex } from 'node:stream';

/** Bytes of a porter's answers. */
export const ANSWER = {
  entry: (
    kind: string,
    path: string,
    options: { mode?: number; size?: number; disk?: number; inode?: number; target?: string } = {},
  ) => {
    const { mode = 0o644, size = 0, disk = 0, inode = 1, target = '' } = options;
    return Buffer.concat([
      Buffer.from(`E${kind}`),
      u16(mode),
      ...[size, disk, inode, 0, 0].map((value) => u64(value)),
      counted(path),
      ...(kind === 'l' ? [counted(target)] : []),
    ]);
  },
  listEnd: (status = 0) => Buffer.concat([Buffer.from('.'), Buffer.from([status]), u64(4096)]),
  piece: (offset: number, text: string) =>
    Buffer.concat([Buffer.from('D'), u64(offset), u32(text.length), Buffer.from(text)]),
  contentEnd: (size: number, errno = 0, inode = 1) =>
    Buffer.concat([Buffer.from('.'), u16(errno), ...[size, inode, 0, 0].map((value) => u64(value))]),
  snapshot: (errno = 0, index = 0) => Buffer.concat([Buffer.from('T'), u16(errno), u16(index)]),
  snapshotEnd: (errno = 0) => Buffer.concat([Buffer.from('.'), u16(errno)]),
  done: (errno = 0) => Buffer.concat([Buffer.from('K'), u16(errno), u64(1), u64(0)]),
};

/** A stream whose other end says just this, whatever it is asked, and ends. */
export function scriptedStream(...answers: readonly Uint8Array[]): {
  readonly stream: Duplex;
  readonly asked: () => Buffer;
} {
  const asked: Buffer[] = [];
  const stream = new Duplex({
    read() {
      return undefined;
    },
    write(chunk: Buffer, _encoding, done) {
      asked.push(chunk);
      done();
    },
  });
  for (const answer of answers) stream.push(answer);
  stream.push(null);
  return { stream, asked: () => Buffer.concat(asked) };
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([u16(bytes.length), bytes]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
