import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { MARK_MAX, MARKS, type Scores } from '../../../domain/attention.ts';
import { formatId, parseId } from '../../../domain/ids.ts';
import { isRecord } from '../../../domain/record.ts';
import { checkText } from '../../../domain/text.ts';
import { BpError } from '../../../platform/errors.ts';
import { csvRecords } from './csv-records.ts';

/** What a row says of whom: a prompt, an agent, a group of the scenario, or all prompts of a title. */
export const NAMED_BY = ['prompt', 'agent', 'group', 'title'] as const;
export type NamedBy = (typeof NAMED_BY)[number];

/** One answer that somebody gave, as a line of a file tells it. */
export interface GivenAnswer {
  /** From 1 on. */
  readonly line: number;
  readonly by: NamedBy;
  readonly of: string;
  /** Null where it was skipped. */
  readonly scores: Scores | null;
  readonly reason: string | null;
  /** How long it took; null where the file doesn't say. */
  readonly seconds: number | null;
}

const FILE_BYTES_MAX = 16 * 1_048_576;
const ROWS_MAX = 100_000;

const name = z.string().min(1).max(1000).optional();
const mark = z.int().min(0).max(MARK_MAX).optional();
const rowSchema = z.strictObject({
  ...{ prompt: name, agent: name, group: name, title: name },
  ...{ interesting: mark, useful: mark, understandable: mark },
  reason: z.string().optional(),
  seconds: z.number().min(0).max(86_400).optional(),
});
const COLUMNS = Object.keys(rowSchema.shape);
const NUMBERS: readonly string[] = [...MARKS, 'seconds'];

/** The answers in a file, in its order: CSV by its name, else JSON lines. Throws `BpError` `scenario_invalid`, with the line. */
export function parseMarks(path: string, text: string, reasonCharsMax: number): readonly GivenAnswer[] {
  const file = basename(path);
  const fail = (line: number, detail: string): never => {
    throw new BpError('scenario_invalid', `marks ${file}, line ${line}: ${detail}`);
  };
  const rows = file.toLowerCase().endsWith('.csv') ? ofCsv(text, fail) : ofJsonLines(text, fail);
  if (rows.length > ROWS_MAX) fail(rows[ROWS_MAX]?.line ?? 0, `more than ${ROWS_MAX} answers`);
  const answers = rows.map(({ line, row }) => answerOf(line, row, reasonCharsMax, fail));
  const prompts = new Map<string, number>();
  for (const { line, by, of } of answers) {
    if (by !== 'prompt') continue;
    const before = prompts.get(of);
    if (before !== undefined) fail(line, `${of} is answered in line ${before} already`);
    prompts.set(of, line);
  }
  return answers;
}

type Fail = (line: number, detail: string) => never;

interface Row {
  readonly line: number;
  readonly row: unknown;
}

function answerOf(line: number, said: unknown, reasonCharsMax: number, fail: Fail): GivenAnswer {
  const result = rowSchema.safeParse(said);
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.join('.') ?? '';
    return fail(line, `${where}${where && ': '}${issue?.message ?? 'is not valid'}`);
  }
  const row = result.data;
  const named = NAMED_BY.filter((by) => row[by] !== undefined);
  const [by] = named;
  const given = by && row[by];
  if (by === undefined || given === undefined || named.length > 1)
    return fail(line, `needs one of ${NAMED_BY.join(', ')}`);
  const of = by === 'prompt' ? promptOf(given, (why) => fail(line, why)) : given;
  const { interesting, useful, understandable, reason = null, seconds = null } = row;
  const wrong = reason === null ? undefined : checkText(reason, 'reason', reasonCharsMax);
  if (wrong) fail(line, wrong.message);
  const rest = { line, by, of, reason, seconds };
  if (interesting !== undefined && useful !== undefined && understandable !== undefined)
    return { ...rest, scores: { interesting, useful, understandable } };
  if (MARKS.some((mark) => row[mark] !== undefined))
    fail(line, `has some of ${MARKS.join(', ')}: all, or none for a skip`);
  if (reason !== null) fail(line, 'a skip has no reason');
  return { ...rest, scores: null };
}

function promptOf(text: string, fail: (why: string) => never): string {
  const id = parseId('prompt', text);
  return id.ok ? formatId('prompt', id.value) : fail(id.message);
}

/** A cell without anything in it says nothing. */
function ofCsv(text: string, fail: Fail): readonly Row[] {
  const records = csvRecords(text.replace(/^\uFEFF/, ''));
  if ('detail' in records) return fail(records.line, records.detail);
  const [header, ...rest] = records;
  if (!header) return [];
  const alien = header.cells.find((column) => !COLUMNS.includes(column));
  if (alien !== undefined) fail(header.line, `there is no column ${alien}: ${COLUMNS.join(', ')}`);
  if (new Set(header.cells).size < header.cells.length) fail(header.line, 'a column stands twice');
  return rest.map(({ line, cells }) => {
    if (cells.length !== header.cells.length)
      fail(line, `has ${cells.length} cells, the first line ${header.cells.length}`);
    const said = header.cells.flatMap((column, place) => {
      const cell = cells[place] ?? '';
      return cell === '' ? [] : [[column, NUMBERS.includes(column) ? numberOf(cell) : cell] as const];
    });
    return { line, row: Object.fromEntries(said) };
  });
}

/** What is no number stays as it is, to be refused. */
const numberOf = (cell: string): number | string => (/^\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell);

/** A null says nothing. */
function ofJsonLines(text: string, fail: Fail): readonly Row[] {
  return text.split('\n').flatMap((it, place): readonly Row[] => {
    if (it.trim() === '') return [];
    const line = place + 1;
    let row: unknown;
    try {
      row = JSON.parse(it);
    } catch {
      return fail(line, 'is not JSON');
    }
    if (!isRecord(row)) return fail(line, 'must be an object');
    return [{ line, row: Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) }];
  });
}

/** The text of such a file. Throws `BpError` `scenario_invalid`. */
export function readMarks(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) throw new BpError('scenario_invalid', `marks: there is no file ${path}`);
  if (stats.size > FILE_BYTES_MAX)
    throw new BpError('scenario_invalid', `marks: ${path} is larger than ${FILE_BYTES_MAX} bytes`);
  return readFileSync(path, 'utf8');
}
