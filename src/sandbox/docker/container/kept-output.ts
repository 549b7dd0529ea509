import type { OutputSource } from '../../../domain/output-source.ts';
import type { OutputFile } from '../../content/output-file.ts';

/** The end of an output as a container has left it. */
export interface KeptOutput {
  readonly output: Uint8Array;
  /** A bit for each byte, 1 for stderr, from the place on that is the last multiple of 8 before the first byte. */
  readonly sources: Uint8Array;
}

/** Adds to the file what it doesn't have yet of an output of so many bytes. */
export function addKeptOutput(
  file: Pick<OutputFile, 'bytes' | 'write' | 'goOnFrom'>,
  { output, sources }: KeptOutput,
  printedBytes: number,
): void {
  const from = printedBytes - output.length;
  if (from < 0 || from > file.bytes) file.goOnFrom(Math.max(0, from));
  const first = Math.max(0, from);
  const sourceAt = (place: number): OutputSource => {
    const bit = (first % 8) + place;
    return (((sources[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1 ? 'stderr' : 'stdout';
  };
  for (let begin = file.bytes - first, end = begin; begin < output.length; begin = end) {
    const source = sourceAt(begin);
    while (end < output.length && sourceAt(end) === source) end += 1;
    void file.write(output.subarray(begin, end), source);
  }
}
