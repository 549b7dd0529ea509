import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { BpError } from '../../platform/errors.ts';
import { fileLines } from '../../platform/file-lines.ts';
import { parseAnswer, type RecordedAnswer } from './recorded-answer.ts';

const NEWLINE = '\n';

/**
 * Opens a cassette to write on behind what it holds, made where there is none. Throws `BpError` `cassette_unusable`.
 */
export function openForRecording(path: string): CassetteWriter {
  const file = openFile(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
  const { size } = fstatSync(file);
  // A line that was cut off stays by itself.
  if (size > 0 && textAt(file, size - 1, 1) !== NEWLINE) writeSync(file, NEWLINE);
  return new CassetteWriter(file);
}

export class CassetteWriter {
  readonly #file: number;
  #isOpen = true;

  constructor(file: number) {
    this.#file = file;
  }

  /**
   * One line, in one write. False where it would grow the file over `bytesMax`, or where it is closed: nothing was written.
   * Throws the system's error.
   */
  append(answer: RecordedAnswer, bytesMax: number): boolean {
    if (!this.#isOpen) return false;
    const line = Buffer.from(`${JSON.stringify(answer)}${NEWLINE}`);
    if (fstatSync(this.#file).size + line.length > bytesMax) return false;
    writeSync(this.#file, line);
    return true;
  }

  /** Idempotent. */
  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }
}

interface Place {
  readonly at: number;
  readonly length: number;
}

/** Opens a cassette and finds what it holds. Throws `BpError` `cassette_unusable`. */
export function openForReplay(path: string): CassetteReader {
  return new CassetteReader(openFile(path, constants.O_RDONLY));
}

/** Knows where each answer stands; what it says is read when it is asked for. */
export class CassetteReader {
  readonly #file: number;
  readonly #places = new Map<string, { readonly places: Place[]; next: number }>();
  #isOpen = true;
  /** Lines that are no answer, such as one that was cut off. */
  readonly unreadable: number;

  constructor(file: number) {
    this.#file = file;
    let unreadable = 0;
    let end = 0;
    for (const { at, bytes } of fileLines(file)) {
      end = at + bytes.length + 1;
      const answer = parseAnswer(bytes.toString('utf8'));
      if (answer) this.#add(answer.key, { at, length: bytes.length });
      else if (bytes.length > 0) unreadable += 1;
    }
    this.unreadable = unreadable + Number(end < fstatSync(file).size);
  }

  /** Of every call that it has an answer to, in the order of their first ones. */
  get keys(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** The answers to one and the same call come in their order, then the last one again and again. */
  next(key: string): RecordedAnswer | undefined {
    const found = this.#isOpen ? this.#places.get(key) : undefined;
    if (!found) return undefined;
    const place = found.places[found.next]!;
    found.next = Math.min(found.next + 1, found.places.length - 1);
    return parseAnswer(textAt(this.#file, place.at, place.length));
  }

  /** Idempotent. */
  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  #add(key: string, place: Place): void {
    const found = this.#places.get(key);
    if (found) found.places.push(place);
    else this.#places.set(key, { places: [place], next: 0 });
  }
}

/** Only its owner can read it. A pipe or a device in its place is neither waited for nor written to. */
function openFile(path: string, flags: number): number {
  let file: number;
  try {
    file = openSync(path, flags | constants.O_NONBLOCK, 0o600);
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error), error);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw unusable(path, 'it is not a file');
}

function unusable(path: string, why: string, cause?: unknown): BpError {
  return new BpError('cassette_unusable', `the cassette ${path} can't be used: ${why}`, {
    hint: 'intelligence.record and intelligence.replay name a file',
    cause,
  });
}

function textAt(file: number, at: number, length: number): string {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, at);
  return bytes.toString('utf8');
}
