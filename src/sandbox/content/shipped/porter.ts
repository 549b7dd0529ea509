import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { FileFault, Snapshot } from '../../../domain/prompt-files.ts';
import { AnswerReader, broken } from './answer-reader.ts';
import { isBytePath, type BytePath } from './byte-path.ts';
import { PERMISSIONS, stampOf, type Entry, type Stamp } from './entry.ts';
import { getRequest, listRequest, PIECE_BYTES_MAX, takeRequest, weighRequest } from './requests.ts';

export interface Listing {
  readonly entries: readonly Entry[];
  /** `incomplete`: something is too deep, has too long a path or can't be read. */
  readonly end: 'complete' | 'too_many' | 'incomplete';
  /** What the folder itself takes on the disk. */
  readonly ownBytes: number;
}

/** What stands at a path after a request; errno is 0 where that was done. */
export interface Done {
  readonly errno: number;
  readonly stamp: Stamp;
}

/** What is done with the content of one file: its pieces, each only lent, and its end. */
export interface ContentSink {
  readonly piece: (offset: number, bytes: Uint8Array) => Promise<void>;
  readonly end: (end: ContentEnd) => Promise<void>;
}

export interface ContentEnd extends Done {
  readonly size: number;
  readonly modifiedNs: bigint;
}

const KINDS: Readonly<Record<string, Entry['kind'] | undefined>> = { f: 'file', d: 'folder', l: 'link', o: 'other' };
const ENDS = ['complete', 'too_many', 'incomplete'] as const;
const ENTRY_BYTES = 1 + 2 + 5 * 8 + 2;

/** By errno, as Linux numbers them; whatever else it is, the file can't be read. */
const FAULTS: Readonly<Record<number, FileFault | undefined>> = {
  2: 'missing',
  20: 'link',
  22: 'no_file',
  27: 'too_large',
  40: 'link',
  116: 'changed',
};

/**
 * Who reads and writes an agent's files where they lie, as its user; docs/stream.md describes what is said. One thing
 * is asked at a time. Rejects with `sandbox_content` where the stream breaks, or brings what it may not.
 */
export class Porter {
  readonly #stream: Duplex;
  readonly #reader: AnswerReader;
  #said = 0;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('error', () => undefined);
    this.#reader = new AnswerReader(stream as AsyncIterable<Buffer>);
  }

  /** All that is there. `unlock`: opens what its owner has locked; only where nothing of the agent runs. */
  async list(entriesMax: number, options: { readonly unlock: boolean }): Promise<Listing> {
    await this.#say(listRequest(entriesMax, options));
    const entries: Entry[] = [];
    for (;;) {
      const kind = await this.#letter();
      if (kind === '.') return { entries, ...(await this.#listEnd()) };
      if (kind !== 'E') throw broken('a list that is none');
      if (entries.length === entriesMax) throw broken('a list that is longer than asked for');
      const entry = await this.#entry();
      if (!isBytePath(entry.path)) return await this.#skipList(entries, entriesMax);
      entries.push(entry);
    }
  }

  /** What all of it takes on the disk, in bytes, and how much it is; undefined where it is more than `entriesMax`. */
  async weigh(entriesMax: number): Promise<{ readonly bytes: number; readonly files: number } | undefined> {
    await this.#say(weighRequest(entriesMax));
    if ((await this.#letter()) !== 'W') throw broken('a weight that is none');
    await this.#need(1 + 8 + 8);
    const end = endOf(this.#reader.u8());
    const weight = { bytes: this.#reader.size(), files: this.#reader.size() };
    return end === 'too_many' ? undefined : weight;
  }

  /** The content of files, one after the other: `sinkOf` is asked for each as it comes. */
  async get(paths: readonly BytePath[], sinkOf: (index: number) => ContentSink): Promise<void> {
    const answers = async () => {
      for (let index = 0; index < paths.length; index++) await this.#content(sinkOf(index));
    };
    await this.#converse(requestsFor(paths), answers);
  }

  /** The content of files as they are at one moment, `bytesMax` at most in all; what their owner has locked stays so. */
  async take(paths: readonly BytePath[], bytesMax: number): Promise<Snapshot> {
    await this.#say(takeRequest(paths, bytesMax));
    if ((await this.#letter()) !== 'T') throw broken('a snapshot that is none');
    await this.#need(2 + 2);
    const [errno, index] = [this.#reader.u16(), this.#reader.u16()];
    if (errno !== 0 && index >= paths.length) throw broken('a file that was not asked for');
    if (errno !== 0) return { fault: FAULTS[errno] ?? 'unreadable', index };
    const contents: Buffer[] = [];
    for (let room = bytesMax; contents.length < paths.length;) {
      const { pieces, length, errno: error } = await this.#wholeFile(room);
      if (error !== 0) return { fault: FAULTS[error] ?? 'unreadable', index: contents.length };
      room -= length;
      contents.push(Buffer.concat(pieces, length));
    }
    return { contents };
  }

  /** Makes requests that are answered by `Done`, one each; `count` tells how many they are. */
  async change(
    requests: AsyncIterable<Uint8Array>,
    count: number,
    done: (index: number, done: Done) => void,
  ): Promise<void> {
    await this.#converse(requests, async () => {
      for (let index = 0; index < count; index++) done(index, await this.#done());
    });
  }

  /** Differs after each piece that has passed. */
  get passed(): number {
    return this.#reader.received + this.#said;
  }

  /** Lets it go. */
  close(error?: Error): void {
    this.#stream.destroy(error);
  }

  /** Both at once: a porter that waits to be heard takes no more requests. */
  async #converse(requests: AsyncIterable<Uint8Array>, answers: () => Promise<void>): Promise<void> {
    const asking = (async () => {
      for await (const request of requests) await this.#say(request);
    })();
    try {
      await Promise.all([asking, answers()]);
    } catch (error) {
      this.close();
      await asking.catch(() => undefined);
      throw error;
    }
  }

  async #say(bytes: Uint8Array): Promise<void> {
    if (this.#stream.destroyed) throw broken('the stream broke');
    this.#said += bytes.length;
    if (this.#stream.write(bytes)) return;
    const settled = new AbortController();
    const { signal } = settled;
    try {
      await Promise.race([once(this.#stream, 'drain', { signal }), once(this.#stream, 'close', { signal })]);
    } catch (error) {
      throw broken('the stream broke', error);
    } finally {
      settled.abort();
    }
  }

  async #wholeFile(bytesMax: number) {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const kind = await this.#letter();
      if (kind === '.') break;
      if (kind !== 'D') throw broken('content that is none');
      await this.#need(12);
      const [offset, count] = [this.#reader.size(), this.#reader.u32()];
      if (count === 0 || count > PIECE_BYTES_MAX || offset !== length) throw broken('a piece that is none');
      length += count;
      if (length > bytesMax) throw broken('more than was asked for');
      await this.#need(count);
      pieces.push(Buffer.from(this.#reader.bytes(count)));
    }
    await this.#need(2);
    return { pieces, length, errno: this.#reader.u16() };
  }

  async #content(sink: ContentSink): Promise<void> {
    let reached = 0;
    for (;;) {
      const kind = await this.#letter();
      if (kind === '.') break;
      if (kind !== 'D') throw broken('content that is none');
      await this.#need(12);
      const [offset, length] = [this.#reader.size(), this.#reader.u32()];
      // In order, so that the whole can't be more than is counted.
      if (length === 0 || length > PIECE_BYTES_MAX || offset < reached) throw broken('a piece that is none');
      reached = offset + length;
      await this.#need(length);
      await sink.piece(offset, this.#reader.bytes(length));
    }
    await this.#need(2 + 4 * 8);
    const [errno, size] = [this.#reader.u16(), this.#reader.size()];
    const [inode, changedNs, modifiedNs] = [this.#reader.u64(), this.#reader.i64(), this.#reader.i64()];
    if (errno === 0 && size < reached) throw broken('a file that is shorter than its content');
    await sink.end({ errno, size, stamp: stampOf(inode, changedNs), modifiedNs });
  }

  async #done(): Promise<Done> {
    if ((await this.#letter()) !== 'K') throw broken('an answer that is none');
    await this.#need(2 + 8 + 8);
    return { errno: this.#reader.u16(), stamp: stampOf(this.#reader.u64(), this.#reader.i64()) };
  }

  async #entry(): Promise<Entry> {
    await this.#need(ENTRY_BYTES);
    const reader = this.#reader;
    const kind = KINDS[reader.text(1)];
    if (!kind) throw broken('an entry of no kind');
    const mode = reader.u16() & PERMISSIONS;
    const [size, diskBytes] = [reader.size(), reader.size()];
    const stamp = stampOf(reader.u64(), reader.i64());
    const modifiedNs = reader.i64();
    const path = await this.#counted();
    const target = kind === 'link' ? await this.#counted() : '';
    return { path, kind, mode, size, diskBytes, stamp, modifiedNs, target };
  }

  /** Hears the rest of a list of which not all can be had. */
  async #skipList(entries: readonly Entry[], entriesMax: number): Promise<Listing> {
    for (let count = entries.length; (await this.#letter()) === 'E'; count++) {
      if (count > entriesMax) throw broken('a list that is longer than asked for');
      await this.#entry();
    }
    return { entries, ...(await this.#listEnd()), end: 'incomplete' };
  }

  async #listEnd(): Promise<Pick<Listing, 'end' | 'ownBytes'>> {
    await this.#need(1 + 8);
    return { end: endOf(this.#reader.u8()), ownBytes: this.#reader.size() };
  }

  async #counted(): Promise<string> {
    await this.#need(2);
    const length = this.#reader.u16();
    await this.#need(length);
    return this.#reader.text(length);
  }

  async #letter(): Promise<string> {
    await this.#need(1);
    return this.#reader.text(1);
  }

  async #need(count: number): Promise<void> {
    if (!this.#reader.has(count)) await this.#reader.wait(count);
  }
}

async function* requestsFor(paths: readonly BytePath[]): AsyncIterable<Buffer> {
  // Together, since each write has its price.
  const BATCH = 64;
  for (let from = 0; from < paths.length; from += BATCH)
    yield Buffer.concat(paths.slice(from, from + BATCH).map((path) => getRequest(path)));
}

function endOf(status: number): Listing['end'] {
  const end = ENDS[status];
  if (!end) throw broken('an end that is none');
  return end;
}
