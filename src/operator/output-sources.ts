import { closeSync, fstatSync, readSync } from 'node:fs';
import { outputSourcesPath } from '../config/home-places.ts';
import { stderrSpans, type OutputSource, type OutputSpan } from '../domain/output-source.ts';
import { openLog } from './opened-log.ts';

/** A piece of an output, of one source. */
export interface SourcedPiece<Content> {
  readonly content: Content;
  readonly source: OutputSource;
}

/** Far above what is ever written. */
const BYTES_MAX = 1_048_576;

/** What came by stderr of the output in that file, of its first bytes. None where nothing is told apart. */
export function stderrIn(outputPath: string, bytes: number): readonly OutputSpan[] {
  const file = openLog(outputSourcesPath(outputPath));
  if (file === undefined) return [];
  try {
    const lines = Buffer.alloc(Math.min(fstatSync(file).size, BYTES_MAX));
    return stderrSpans(lines.toString('latin1', 0, readSync(file, lines, 0, lines.length, 0)), bytes);
  } finally {
    closeSync(file);
  }
}

/** The bytes that stand in an output from this place on, cut where their source changes. */
export function* bySource(bytes: Buffer, from: number, spans: readonly OutputSpan[]): Generator<SourcedPiece<Buffer>> {
  let at = from;
  const end = from + bytes.length;
  const piece = (upTo: number, source: OutputSource) => {
    const content = bytes.subarray(at - from, upTo - from);
    at = upTo;
    return { content, source };
  };
  for (const span of spans) {
    if (span.upTo <= at) continue;
    if (span.from >= end) break;
    if (span.from > at) yield piece(span.from, 'stdout');
    yield piece(Math.min(span.upTo, end), 'stderr');
  }
  if (at < end) yield piece(end, 'stdout');
}
