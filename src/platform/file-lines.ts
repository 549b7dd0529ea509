import { readSync } from 'node:fs';

export interface FileLine {
  /** Where it begins in the file. */
  readonly at: number;
  /** Without its end. */
  readonly bytes: Buffer;
}

const CHUNK_BYTES = 1_048_576;
const NEWLINE = 0x0a;

/** Each whole line of an open file from its first byte on. What stands behind the last end of a line is none. */
export function* fileLines(file: number): Generator<FileLine> {
  let rest = Buffer.alloc(0);
  let at = 0;
  for (let position = 0; ;) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const count = readSync(file, chunk, 0, CHUNK_BYTES, position);
    if (count === 0) return;
    position += count;
    rest = Buffer.concat([rest, chunk.subarray(0, count)]);
    let from = 0;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, from)) {
      yield { at: at + from, bytes: rest.subarray(from, end) };
      from = end + 1;
    }
    at += from;
    rest = rest.subarray(from);
  }
}
