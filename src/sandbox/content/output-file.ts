import { rm, type FileHandle } from 'node:fs/promises';
import { outputSourcesPath } from '../../config/home-places.ts';
import type { OutputSource } from '../../domain/output-source.ts';
import type { Logger } from '../../platform/logger.ts';
import { openForAppend } from './appended-file.ts';
import { ByteQueue } from './byte-queue.ts';
import { SourceNotes } from './source-notes.ts';

export interface OutputFile {
  /**
   * Keeps the chunk as far as the cap allows. Resolves when it needs no memory any more; chunks that are written together
   * get the same promise. Never rejects.
   */
  write(chunk: Uint8Array, source?: OutputSource): Promise<void>;
  /** Bytes that came, kept or not. Of what came to an earlier process, those that it kept. */
  readonly bytes: number;
  /** What is written next follows on so many bytes; those in between came to an earlier process, and it kept none. */
  goOnFrom(bytes: number): void;
  /** Resolves when everything kept is in the file. Never rejects. Idempotent. */
  close(): Promise<void>;
}

export interface OutputFileOptions {
  readonly path: string;
  readonly bytesMax: number;
  /** What an earlier process has written there. */
  readonly bytesKept?: number;
  readonly logger: Logger;
}

const DONE = Promise.resolve();

/** The line at the end of a file that was cut. */
function cutMarker(bytesMax: number): string {
  return `\n[bp-agents: cut here, only the first ${bytesMax} bytes are kept]\n`;
}

/**
 * What one execution prints, as it is: control characters are made harmless where it is shown, not here. The file is
 * made with the first byte. At most `bytesMax` bytes and a marker are written to it. Beside it stands where its source
 * changes, as soon as anything comes by stderr. Where it can't be written (a full disk), the output is dropped and the
 * execution goes on.
 */
export function createOutputFile({ path, bytesMax, bytesKept = 0, logger }: OutputFileOptions): OutputFile {
  /** Nothing more is written. */
  let isCut = bytesKept > bytesMax;
  let bytes = Math.min(bytesKept, bytesMax);
  const waiting = new ByteQueue(Infinity);
  /** What will be in the file when all of this is written. */
  let inFile = bytesKept;
  const sources = new SourceNotes(path, bytesKept === 0 ? 'stdout' : undefined);
  let opened: Promise<FileHandle> | undefined;
  let written = DONE;
  /** Of what waits. */
  let next: Promise<void> | undefined;
  let failed = false;
  let closing: Promise<void> | undefined;

  /** One write at a time, of all that has come meanwhile: an agent may print byte by byte. */
  function append(chunk: Uint8Array, source: OutputSource): void {
    sources.note(inFile, source);
    inFile += chunk.length;
    waiting.push(chunk);
    next ??= written.then(writeOut);
    written = next;
  }

  async function writeOut(): Promise<void> {
    next = undefined;
    const all = waiting.take(Infinity);
    if (failed) return;
    try {
      // First: what is cut off in between comes once more, from the same place on.
      await sources.write();
      opened ??= openForAppend(path);
      await (await opened).appendFile(all);
    } catch (error) {
      failed = true;
      logger.warn({ path, err: error }, 'the output of an execution is not kept');
    }
  }

  async function finish(): Promise<void> {
    await written;
    const file = await opened?.catch(() => undefined);
    await file?.close().catch(() => undefined);
  }

  return {
    write(chunk, source = 'stdout') {
      if (closing) return DONE;
      const room = Math.max(0, bytesMax - bytes);
      bytes += chunk.length;
      // Never before what came first is in the file: whoever sends it lets go of the oldest of what was taken.
      if (isCut || chunk.length === 0) return written;
      if (room > 0) append(chunk.subarray(0, room), source);
      isCut = chunk.length > room;
      if (isCut) append(Buffer.from(cutMarker(bytesMax)), 'stdout');
      return written;
    },
    goOnFrom(from) {
      bytes = from;
    },
    get bytes() {
      return bytes;
    },
    close() {
      closing ??= finish();
      return closing;
    },
  };
}

/** Idempotent. */
export async function removeOutput(path: string): Promise<void> {
  await rm(outputSourcesPath(path), { force: true });
  await rm(path, { force: true });
}
