import { closeSync, fstatSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../platform/clock.ts';
import { openLog } from './opened-log.ts';
import { bySource, stderrIn, type SourcedPiece } from './output-sources.ts';

export interface FollowDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether the execution has ended: all that it printed is in its file then. */
  readonly isOver: () => boolean;
}

/** How it came to an end: `removed` where the file was taken away meanwhile. */
export type FollowEnd = 'over' | 'removed';

const LOOK_MS = 200;
const CHUNK_BYTES = 65_536;

/**
 * The text of a log as it is written, piece by piece and not sanitised, each of one source, until the execution has ended. The file may
 * come later, or never. Rejects with the signal's reason, and as `openLog` throws.
 */
export async function* followLog(
  path: string,
  { clock, signal, isOver }: FollowDeps,
): AsyncGenerator<SourcedPiece<string>, FollowEnd> {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let file: number | undefined;
  let at = 0;
  try {
    for (;;) {
      // Asked first: what came before the end is read after it.
      const over = isOver();
      file ??= openLog(path);
      for (let count = 1; file !== undefined && count > 0;) {
        count = readSync(file, buffer);
        const bytes = buffer.subarray(0, count);
        for (const { content, source } of bySource(bytes, at, count > 0 ? stderrIn(path, at + count) : []))
          yield { content: decoder.write(content), source };
        at += count;
      }
      if (file !== undefined && fstatSync(file).nlink === 0) return 'removed';
      if (over) {
        yield { content: decoder.end(), source: 'stdout' };
        return 'over';
      }
      await clock.sleep(LOOK_MS, signal);
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
