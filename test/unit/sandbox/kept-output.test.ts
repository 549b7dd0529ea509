import { describe, expect, it } from 'vitest';
import { addKeptOutput } from '../../../src/sandbox/docker/container/kept-output.ts';

/** A file that has so many bytes already. */
function fileOf(had: number) {
  const written: [string, string | undefined][] = [];
  const file = {
    bytes: had,
    written,
    write(piece: Uint8Array, source?: string) {
      written.push([Buffer.from(piece).toString(), source]);
      file.bytes += piece.length;
      return Promise.resolve();
    },
    goOnFrom: (bytes: number) => void (file.bytes = bytes),
  };
  return file;
}

/** Places 11 to 17 of an output; the bits begin at place 8. */
const KEPT = { output: Buffer.from('errout!'), sources: Uint8Array.of(0b0011_1111, 0b0000_0010) };

describe('what a container has left of an output', () => {
  it('is added with its sources', () => {
    const file = fileOf(11);
    addKeptOutput(file, KEPT, 18);
    expect(file.written).toEqual([
      ['err', 'stderr'],
      ['out', 'stdout'],
      ['!', 'stderr'],
    ]);
  });

  it('is added from where the file ends, or after a gap', () => {
    const file = fileOf(15);
    addKeptOutput(file, KEPT, 18);
    expect(file.written).toEqual([
      ['ut', 'stdout'],
      ['!', 'stderr'],
    ]);
    const behind = fileOf(5);
    addKeptOutput(behind, KEPT, 18);
    expect(behind.written.map(([text]) => text).join('')).toBe('errout!');
    expect(behind.bytes).toBe(18);
  });

  it('of a supervisor that tells nothing apart is all of stdout', () => {
    const file = fileOf(0);
    addKeptOutput(file, { output: Buffer.from('all'), sources: new Uint8Array() }, 3);
    expect(file.written).toEqual([['all', 'stdout']]);
  });
});
