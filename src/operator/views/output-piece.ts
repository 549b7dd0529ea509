import { closeSync, fstatSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { accept, type Result } from '../../domain/refusal.ts';
import { formatId } from '../../domain/ids.ts';
import { checkWhole } from '../../domain/whole-number.ts';
import { outputPath } from '../../config/home-places.ts';
import { openLog } from '../opened-log.ts';
import { bySource, stderrIn } from '../output-sources.ts';
import type { Home } from '../home.ts';
import { knownExecution } from './known-execution.ts';

/** How much of an output is given at once. */
const PIECE_BYTES = 65_536;
/** An agent may change between stdout and stderr with each byte. */
const SPANS_MAX = 2000;

/** A part of what an execution printed, as its agent wrote it: not sanitised. */
export interface OutputPiece {
  readonly text: string;
  /** Where in it something begins that came by stderr, and where that ends, in characters: the first of them. */
  readonly stderr: readonly (readonly [number, number])[];
  /** Where it begins and ends, in bytes. */
  readonly from: number;
  readonly up_to: number;
  /** How much there is; null where nothing was printed, or nothing is kept. */
  readonly bytes: number | null;
  /** How many bytes a part has at most. */
  readonly piece: number;
}

/**
 * From a byte on, or the end of it where none is told. Refuses as `knownExecution` and `checkWhole` do; throws as `openLog`
 * does.
 */
export function outputPiece(
  { directory, economy }: Pick<Home, 'directory' | 'economy'>,
  executionId: number,
  from?: number,
): Result<OutputPiece> {
  const known =
    (from === undefined ? undefined : checkWhole(from, 'from', { least: 0, most: Number.MAX_SAFE_INTEGER })) ??
    knownExecution(economy, executionId);
  if (!known.ok) return known;
  const path = outputPath(directory, formatId('execution', executionId));
  const file = openLog(path);
  if (file === undefined) return accept({ text: '', stderr: [], from: 0, up_to: 0, bytes: null, piece: PIECE_BYTES });
  try {
    const { size: bytes } = fstatSync(file);
    const begin = Math.min(bytes, from ?? Math.max(0, bytes - PIECE_BYTES));
    const buffer = Buffer.alloc(Math.min(PIECE_BYTES, bytes - begin));
    const read = readSync(file, buffer, 0, buffer.length, begin);
    const { text, stderr } = textOf(path, buffer.subarray(0, read), begin);
    return accept({ text, stderr, from: begin, up_to: begin + read, bytes, piece: PIECE_BYTES });
  } finally {
    closeSync(file);
  }
}

function textOf(path: string, bytes: Buffer, from: number): Pick<OutputPiece, 'text' | 'stderr'> {
  const decoder = new StringDecoder('utf8');
  const stderr: [number, number][] = [];
  let text = '';
  for (const { content, source } of bySource(bytes, from, stderrIn(path, from + bytes.length))) {
    const begin = text.length;
    text += decoder.write(content);
    if (source === 'stderr' && stderr.length < SPANS_MAX) stderr.push([begin, text.length]);
  }
  return { text: text + decoder.end(), stderr };
}
