import type { Database } from './database.ts';

/** Up to this size all of it is read at the start of a run, which takes less than a second. */
const WHOLE_BYTES_MAX = 67_108_864;
/** Of a larger one's ledger, which grows for ever, the newest rows are. */
const NEWEST_ROWS = 10_000;

/**
 * What is wrong with the file, as far as a run looks at its start: all of it where it is small, else every table but
 * the ledger, and the ledger's newest rows. Undefined where nothing is. `doctor` always reads all.
 */
export function firstDefect(database: Database, bytesMax = WHOLE_BYTES_MAX): string | undefined {
  const bytes = Number(
    database.prepare('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size').pluck().get(),
  );
  if (bytes <= bytesMax) return quickCheck(database, '1');
  const tables = database
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'transfers'`)
    .pluck()
    .all();
  for (const table of tables) {
    const defect = quickCheck(database, table);
    if (defect !== undefined) return defect;
  }
  database
    .prepare('SELECT sum(amount) FROM (SELECT amount FROM transfers ORDER BY id DESC LIMIT ? + 0)')
    .get(NEWEST_ROWS);
  return undefined;
}

function quickCheck(database: Database, what: string): string | undefined {
  const [line] = database.prepare<[], string>(`PRAGMA quick_check(${what})`).pluck().all();
  return line === 'ok' ? undefined : (line ?? 'it cannot be read');
}
