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

/** Cuts pieces of text into lines; what is longer than `charsMax` comes in several. */
export class LineCutter {
  readonly #charsMax: number;
  #rest = '';

  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  /** The lines that end in this piece. */
  *push(piece: string): Generator<string> {
    const lines = `${this.#rest}${piece}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) yield* this.#parts(line.replace(/\r$/, ''));
    while (this.#rest.length > this.#charsMax) {
      yield this.#rest.slice(0, this.#charsMax);
      this.#rest = this.#rest.slice(this.#charsMax);
    }
  }

  /** What no line break has ended. */
  *end(): Generator<string> {
    if (this.#rest !== '') yield this.#rest;
    this.#rest = '';
  }

  *#parts(line: string): Generator<string> {
    for (let from = 0; from === 0 || from < line.length; from += this.#charsMax)
      yield line.slice(from, from + this.#charsMax);
  }
}

/** Whole lines of pieces, cut as `LineCutter` does. */
export function* linesOf(pieces: Iterable<string>, charsMax: number): Generator<string> {
  const cutter = new LineCutter(charsMax);
  for (const piece of pieces) yield* cutter.push(piece);
  yield* cutter.end();
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
