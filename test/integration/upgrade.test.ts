import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLedger } from '../../src/economy/audit/audit-ledger.ts';
import { openStore } from '../../src/store/store.ts';
import { openEventfulEconomy, type EventfulEconomy } from '../helpers/eventful-economy.ts';
import { withStore } from '../helpers/economy.ts';

// A database of every earlier version, with rows of everything that can happen, is brought up to date.

const DIRECTORY = join(import.meta.dirname, '..', '..', 'src', 'store', 'migrations');
const MIGRATIONS = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.sql'))
  .sort();
const EARLIER = MIGRATIONS.slice(0, -1).map((_, index) => index + 1);

let economy: EventfulEconomy;
let folder: string;
beforeAll(() => {
  economy = openEventfulEconomy();
  folder = mkdtempSync(join(tmpdir(), 'bp-upgrade-'));
});
afterAll(() => {
  economy.close();
  rmSync(folder, { recursive: true });
});

describe.each(EARLIER)('a database of version %i', (version) => {
  it('comes up to date with all its rows, after a backup that can be opened', () => {
    const path = join(folder, `v${version}.db`);
    makeOld(path, version);
    const before = contents(path);
    const store = openStore({ path, create: false, now: 1_900_000_000_000 });
    expect(store.version()).toBe(MIGRATIONS.length);
    expect(store.defects()).toEqual([]);
    expect(auditLedger(withStore(economy, store))).toEqual(auditLedger(economy));
    // Calls are on record since the fourth one, what they cost since the seventh.
    const calls = store.modelCalls.page(Number.MAX_SAFE_INTEGER, 10).map(({ outcome }) => outcome);
    const counted = { name: 'scored', calls: 1, input: 0, cached: 0, output: 0, billed: 0 };
    expect(calls).toEqual(version < 4 ? [] : ['lost']);
    expect(store.spending.sums('agent', -1, 10)).toEqual(
      version < 4 ? [] : [{ ...counted, money: version < 7 ? 0 : 90 }],
    );
    store.close();
    expect(contents(path, before)).toEqual(before);
    const backup = join(folder, 'backups', `before-migration-${version}-1900000000000.db`);
    expect(versionOf(backup)).toBe(version);
    expect(contents(backup)).toEqual(before);
  });
});

describe('an upgrade', () => {
  it('that fails in the middle leaves the old database as it was', () => {
    const path = join(folder, 'stuck.db');
    makeOld(path, 1);
    change(path, 'ALTER TABLE executions ADD COLUMN stop_requested INTEGER');
    const before = contents(path);
    expect(() => openStore({ path, create: false, now: 1 })).toThrow(/duplicate column name: stop_requested/);
    expect(contents(path)).toEqual(before);
    expect(versionOf(path)).toBe(1);
    expect(existsSync(join(folder, 'backups', 'before-migration-1-1.db'))).toBe(true);
  });

  it('of a database that other migrations made, or a newer program, is refused', () => {
    const path = join(folder, 'other.db');
    makeOld(path, MIGRATIONS.length);
    change(path, `UPDATE migrations SET checksum = 'x' WHERE number = 1`);
    expect(() => openStore({ path, create: false, now: 2 })).toThrow('migration 1 differs');
    change(path, 'PRAGMA user_version = 99');
    expect(() => openStore({ path, create: false, now: 3 })).toThrow('the database has version 99');
  });

  it('is not begun where the backup can not be made', () => {
    const path = join(folder, 'taken.db');
    makeOld(path, 1);
    copyFileSync(path, join(folder, 'backups', 'before-migration-1-4.db'));
    expect(() => openStore({ path, create: false, now: 4 })).toThrow(/exists already/);
    expect(versionOf(path)).toBe(1);
  });
});

/**
 * The schema as the program of that version made it, filled with the rows of today's economy in the columns that it had
 * then. Its own triggers compute the balances.
 */
function makeOld(path: string, version: number): void {
  const old = new SqliteDatabase(path);
  // As the program does while it migrates.
  old.unsafeMode(true);
  old.exec(
    `CREATE TABLE migrations (
       number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`,
  );
  for (const [index, file] of MIGRATIONS.slice(0, version).entries()) {
    const sql = readFileSync(join(DIRECTORY, file), 'utf8');
    old.exec(sql);
    const checksum = createHash('sha256').update(sql).digest('hex');
    old.prepare('INSERT INTO migrations VALUES (?, ?, ?, 1)').run(index + 1, file.slice(5, -4), checksum);
  }
  old.unsafeMode(false);
  old.pragma(`user_version = ${version}`);
  old.pragma('foreign_keys = OFF');
  old.prepare('ATTACH ? AS today').run(economy.databasePath);
  old.exec('INSERT OR IGNORE INTO accounts (id) SELECT id FROM today.accounts');
  for (const table of tablesOf(old)) {
    if (['migrations', 'accounts', 'ledger_totals'].includes(table)) continue;
    const now = columnsOf(old, 'today', table);
    const columns = columnsOf(old, 'main', table).filter((column) => now.includes(column));
    const order = table === 'transfers' ? 'ORDER BY id' : '';
    const names = columns.join(', ');
    old.exec(`INSERT OR REPLACE INTO main.${table} (${names}) SELECT ${names} FROM today.${table} ${order}`);
  }
  expect(old.pragma('main.foreign_key_check')).toEqual([]);
  old.exec('DETACH today');
  old.close();
}

type Contents = Readonly<Record<string, readonly unknown[]>>;

/** All rows of all tables; of those and their columns that `like` has, where it is given. */
function contents(path: string, like?: Contents): Contents {
  const opened = new SqliteDatabase(path, { readonly: true });
  try {
    const tables = like ? Object.keys(like) : tablesOf(opened).filter((table) => table !== 'migrations');
    return Object.fromEntries(
      tables.map((table) => {
        const [example] = like?.[table] ?? [];
        const columns = example ? Object.keys(example).join(', ') : '*';
        return [table, opened.prepare(`SELECT ${columns} FROM ${table} ORDER BY 1, 2`).all()];
      }),
    );
  } finally {
    opened.close();
  }
}

function tablesOf(opened: SqliteDatabase.Database): readonly string[] {
  return opened
    .prepare<[], string>(
      `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1`,
    )
    .pluck()
    .all();
}

function columnsOf(opened: SqliteDatabase.Database, schema: string, table: string): readonly string[] {
  return opened
    .prepare<[string, string], string>('SELECT name FROM pragma_table_info(?, ?)')
    .pluck()
    .all(table, schema);
}

function versionOf(path: string): number {
  const opened = new SqliteDatabase(path, { readonly: true });
  const version = Number(opened.pragma('user_version', { simple: true }));
  opened.close();
  return version;
}

function change(path: string, sql: string): void {
  new SqliteDatabase(path).exec(sql).close();
}
