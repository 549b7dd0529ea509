import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEventfulEconomy, type EventfulEconomy, type Tampering } from '../helpers/eventful-economy.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'ledger.md'), 'utf8');
const QUERIES = [...DOCUMENT.matchAll(/```sql\n([^`]+)```/g)].map((match) => match[1] ?? '');
/** `npm test` installs the shell; where nobody may, the same SQL is run by the driver, with a `sha3` of Node's. */
const hasShell = spawnSync('sqlite3', ['--version']).status === 0;

let economy: EventfulEconomy;
beforeAll(() => {
  economy = openEventfulEconomy();
});
afterAll(() => economy.close());

/** What the document's queries name, in their order. */
function named(path: string): readonly string[] {
  if (hasShell) {
    const said = execFileSync('sqlite3', ['-readonly', path], { input: QUERIES.join('\n'), encoding: 'utf8' });
    return said.split('\n').filter(Boolean);
  }
  const database = new SqliteDatabase(path, { readonly: true });
  database.function('sha3', (text, bits) =>
    createHash(`sha3-${String(bits)}`)
      .update(String(text))
      .digest(),
  );
  const rows = QUERIES.flatMap((sql) => database.prepare(sql).pluck().all());
  database.close();
  return rows.map(String);
}

function namedAfter(tampering: Tampering): readonly string[] {
  return named(economy.tamperedFile(tampering));
}

describe('the queries of docs/ledger.md', () => {
  it('are eight, and name nothing in an honest economy', () => {
    expect(QUERIES).toHaveLength(8);
    expect(named(economy.databasePath)).toEqual([]);
  });

  it.each<[string, Tampering, RegExp]>([
    ['a changed amount', { sql: 'UPDATE transfers SET amount = amount + 1 WHERE id = 3' }, /^tx_3: its hash is wrong$/],
    ['a row that is gone', { sql: 'DELETE FROM transfers WHERE id = 4' }, /^tx_4 is missing$/],
    ['a changed balance', { sql: `UPDATE accounts SET posted = posted + 5 WHERE id = 'child'` }, /^child has \d+ with/],
    ['credits from nowhere', { sql: `UPDATE accounts SET posted = posted + 5 WHERE id = 'child'` }, /together have 5$/],
    [
      'a payment that was made twice',
      {
        sql: `INSERT INTO transfers (id, type, cycle, debit, credit, amount, kind, ref, at, hash)
              SELECT (SELECT MAX(id) FROM transfers) + 1, type, cycle, debit, credit, amount, kind, ref, at, zeroblob(32)
                FROM transfers WHERE kind = 'reward'`,
        rehash: true,
        rebalance: true,
      },
      /^reward prompt_1 is booked 2 times$/,
    ],
    [
      'a hold that was resolved for more',
      { sql: `UPDATE transfers SET amount = amount * 9 WHERE type = 'post' AND id < 9`, rehash: true, rebalance: true },
      /^tx_\d+ does not resolve tx_\d+$/,
    ],
    [
      'a hold of no bid',
      { sql: `UPDATE bids SET status = 'voided' WHERE status = 'pending'` },
      /^tx_\d+ holds for nothing$/,
    ],
    ['a bid without a hold', { sql: `UPDATE bids SET status = 'pending' WHERE id = 1` }, /^bid_1 has no hold$/],
    [
      'spent credits that nobody had',
      { sql: `UPDATE transfers SET amount = 9000000000 WHERE kind = 'transfer'`, rehash: true, rebalance: true },
      /^parent has -\d+ to spend$/,
    ],
  ])('name %s', (_what, tampering, expected) => {
    expect(namedAfter(tampering)).toContainEqual(expect.stringMatching(expected));
  });
});
