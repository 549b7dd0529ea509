import { closeSync, lstatSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { OutputSource } from '../domain/output-source.ts';
import { openLog } from './opened-log.ts';
import { bySource, stderrIn, type SourcedPiece } from './output-sources.ts';

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
  for (const { content } of readSourcedLog(path)) yield content;
}

/** The same, each piece of one source. */
export function* readSourcedLog(path: string): Generator<SourcedPiece<string>> {
  const file = openLog(path);
  if (file === undefined) return;
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; ;) {
      const bytes = readSync(file, buffer);
      if (bytes === 0) break;
      const spans = stderrIn(path, at + bytes);
      for (const { content, source } of bySource(buffer.subarray(0, bytes), at, spans))
        yield { content: decoder.write(content), source };
      at += bytes;
    }
    yield { content: decoder.end(), source: 'stdout' };
  } finally {
    closeSync(file);
  }
}

/** Cuts pieces of text into lines; what is longer than `charsMax` comes in several. */
class LineCutter {
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

  /** Whether something waits for its line's end. */
  get isWithin(): boolean {
    return this.#rest !== '';
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

/** The same for pieces whose source is known: a line is of stderr where any of it is. */
export class SourcedLineCutter {
  readonly #cutter: LineCutter;
  #source: OutputSource = 'stdout';

  constructor(charsMax: number) {
    this.#cutter = new LineCutter(charsMax);
  }

  *push({ content, source }: SourcedPiece<string>): Generator<SourcedPiece<string>> {
    if (content === '') return;
    let own = source === 'stderr' || !this.#cutter.isWithin ? source : this.#source;
    for (const line of this.#cutter.push(content)) {
      yield { content: line, source: own };
      own = source;
    }
    this.#source = own;
  }

  *end(): Generator<SourcedPiece<string>> {
    for (const line of this.#cutter.end()) yield { content: line, source: this.#source };
  }
}
