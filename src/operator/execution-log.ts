import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { BpError } from '../platform/errors.ts';

const CHUNK_BYTES = 65_536;

/** False where an execution has printed nothing, or where what it printed is no longer kept. */
export function hasLog(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * The text of a log, piece by piece, as the agent wrote it: not sanitised. Nothing where there is no file. A link or a
 * pipe that stands in its place is neither followed nor waited for.
 * Throws `BpError` `log_unreadable`.
 */
export function* readLog(path: string): Generator<string> {
  const file = openLog(path);
  if (file === undefined) return;
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const bytes = readSync(file, buffer);
      if (bytes === 0) break;
      yield decoder.write(buffer.subarray(0, bytes));
    }
    yield decoder.end();
  } finally {
    closeSync(file);
  }
}

/** Whole lines of pieces; what is longer than `charsMax` comes in several. */
export function* linesOf(pieces: Iterable<string>, charsMax: number): Generator<string> {
  let rest = '';
  for (const piece of pieces) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.map((line) => line.replace(/\r$/, ''));
    for (; rest.length > charsMax; rest = rest.slice(charsMax)) yield rest.slice(0, charsMax);
  }
  if (rest !== '') yield rest;
}

/** A file, open to be read; undefined where there is none. Throws `BpError` `log_unreadable`. */
export function openLog(path: string): number | undefined {
  const file = opened(path);
  if (file === undefined || fstatSync(file).isFile()) return file;
  closeSync(file);
  throw unreadable(path, 'it is not a file');
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw unreadable(path, 'it is a link');
    throw error;
  }
}

function unreadable(path: string, why: string): BpError {
  return new BpError('log_unreadable', `${path} is not read: ${why}`);
}
