import { formatId, prefixOf, type Numbered } from '../domain/ids.ts';
import type { Database } from './database.ts';
import { openToLook } from './look.ts';

type KnownNoun = 'agent' | Extract<Numbered, 'bid' | 'execution' | 'prompt' | 'request'>;

/** `about` says of it whose it is and how it stands. */
export interface KnownId {
  readonly id: string;
  readonly about: string;
}

interface Row {
  readonly id: number;
  readonly about: string;
}

const TABLES: Readonly<Record<Exclude<KnownNoun, 'agent'>, readonly [table: string, about: string]>> = {
  bid: ['bids', `agent_id || ', ' || status`],
  execution: ['executions', `agent_id || ', ' || COALESCE(outcome, state)`],
  prompt: ['prompts', `agent_id || ', ' || status`],
  request: ['requests', `CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END`],
};

/** Of the longest number that an id can have. */
const DIGITS_MAX = 15;

/**
 * Ids that begin so: of numbered ones the newest first, of agents those that live first. Reads without writing and waits
 * for nobody, whatever version of the program made the database. Throws SQLite's errors.
 */
export function knownIds(path: string, noun: KnownNoun, begin: string, limit: number): readonly KnownId[] {
  const database = openToLook(path, { busyMs: 0 });
  try {
    return noun === 'agent' ? agents(database, begin, limit) : numbered(database, noun, begin, limit);
  } finally {
    database.close();
  }
}

function agents(database: Database, begin: string, limit: number): readonly KnownId[] {
  // After every character that an id may have.
  return database
    .prepare<[string, string, number], KnownId>(
      `SELECT id, status AS about FROM agents WHERE id >= ? AND id < ? ORDER BY status = 'dead', id LIMIT ? + 0`,
    )
    .all(begin, `${begin}~`, limit);
}

function numbered(
  database: Database,
  noun: Exclude<KnownNoun, 'agent'>,
  begin: string,
  limit: number,
): readonly KnownId[] {
  const [table, about] = TABLES[noun];
  const between = database.prepare<[number, number, number], Row>(
    `SELECT id, ${about} AS about FROM ${table} WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ? + 0`,
  );
  const found: KnownId[] = [];
  for (const [least, most] of rangesOf(prefixOf(noun), begin))
    for (const { id, about: said } of between.all(least, most, limit - found.length))
      found.push({ id: formatId(noun, id), about: said });
  return found;
}

/** The numbers whose ids begin so, the largest first: those that begin with 12 are 12, 120 to 129, 1200 to 1299 and so on. */
function* rangesOf(prefix: string, begin: string): Generator<readonly [least: number, most: number]> {
  if (prefix.startsWith(begin)) {
    yield [1, Number.MAX_SAFE_INTEGER];
    return;
  }
  const digits = begin.startsWith(prefix) ? begin.slice(prefix.length) : '';
  if (!/^[1-9][0-9]*$/.test(digits)) return;
  for (let more = DIGITS_MAX - digits.length; more >= 0; more--) {
    const least = Number(digits) * 10 ** more;
    yield [least, least + 10 ** more - 1];
  }
}
