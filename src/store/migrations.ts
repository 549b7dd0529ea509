import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { BpError } from '../platform/errors.ts';
import type { Database } from './database.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const DIRECTORY = new URL('./migrations/', import.meta.url);

/**
 * Brings the schema up to this program's version, all in one transaction.
 * `backup` is called before an existing database is changed.
 * Throws `BpError`: `database_newer`, `migration_changed`.
 */
export function migrate(
  database: Database,
  { now, backup }: { readonly now: number; readonly backup: (from: number) => void },
): void {
  const migrations = readMigrations();
  const current = Number(database.pragma('user_version', { simple: true }));
  const newest = migrations.at(-1)?.number ?? 0;
  if (current > newest)
    throw new BpError('database_newer', `the database has version ${current}, this program knows ${newest}`, {
      hint: 'update bp-agents',
    });
  if (current > 0) checkApplied(database, migrations);
  if (current === newest) return;
  if (current > 0) backup(current);
  // A migration may widen a CHECK, which stands in the schema's own text alone.
  database.unsafeMode(true);
  try {
    database.transaction(() => apply(database, migrations, now)).immediate();
  } finally {
    database.unsafeMode(false);
  }
}

/** The version that `migrate` brings a database up to. */
export function newestVersion(): number {
  return readMigrations().at(-1)?.number ?? 0;
}

function apply(database: Database, migrations: readonly Migration[], now: number): void {
  // Read again inside the transaction: another process may have migrated meanwhile.
  const current = Number(database.pragma('user_version', { simple: true }));
  database.exec(
    `CREATE TABLE IF NOT EXISTS migrations (
       number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`,
  );
  const record = database.prepare('INSERT INTO migrations VALUES (?, ?, ?, ?)');
  for (const migration of migrations.filter(({ number }) => number > current)) {
    database.exec(migration.sql);
    record.run(migration.number, migration.name, migration.checksum, now);
    database.pragma(`user_version = ${migration.number}`);
  }
}

function checkApplied(database: Database, migrations: readonly Migration[]): void {
  const applied = database.prepare('SELECT number, checksum FROM migrations').all() as {
    number: number;
    checksum: string;
  }[];
  for (const { number, checksum } of applied) {
    if (migrations.find((migration) => migration.number === number)?.checksum !== checksum)
      throw new BpError('migration_changed', `migration ${number} differs from the one that made this database`, {
        hint: 'use the bp-agents version that made it, or restore a backup',
      });
  }
}

function readMigrations(): readonly Migration[] {
  return readdirSync(DIRECTORY)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, DIRECTORY), 'utf8');
      return {
        number: Number(file.slice(0, 4)),
        name: file.slice(5, -4),
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      };
    });
}
