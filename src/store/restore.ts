import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { makeFolder } from '../platform/folder.ts';
import { BpError } from '../platform/errors.ts';
import { backUpDatabase, syncFile } from './backup.ts';
import { databaseError } from './database-error.ts';
import { openDatabase, withDatabaseErrors, type Database } from './database.ts';
import { newestVersion } from './migrations.ts';

/** The highest number of each kind that was given away. */
type Sequences = ReadonlyMap<string, number>;

const NUMBERED = ['agents', 'bids', 'executions', 'messages', 'prompts', 'requests'] as const;
const OURS = ['migrations', 'accounts', 'transfers', 'economy_state', 'executions'] as const;

/**
 * Copies a backup to `to`, where it can be examined and brought up to date without touching it.
 * Throws `BpError`: `not_a_backup`, `backup_damaged`, `database_newer`, `database_unreadable`, `disk_full`.
 */
export async function copyBackup(from: string, to: string): Promise<void> {
  const source = openBackup(from);
  try {
    refuseUnfit(source, from);
    await source.backup(to);
  } catch (error) {
    throw backupError(error, from);
  } finally {
    source.close();
  }
}

/**
 * Puts the database `from` in the place of the one at `path`, and keeps that one. Returns the path of the kept one, or
 * undefined where there was none. Killed at any moment it leaves the old database or the new one, never a mixture.
 *
 * Numbers that the old one gave away aren't given again, nor those up to `executionsLeast`.
 * Throws what `withDatabaseErrors` makes of SQLite's errors.
 */
export async function replaceDatabase(
  from: string,
  path: string,
  { kept, executionsLeast }: { readonly kept: string; readonly executionsLeast: number },
): Promise<string | undefined> {
  if (!existsSync(path)) {
    keepNumbers(from, new Map([['executions', executionsLeast]]));
    move(from, path);
    return undefined;
  }
  makeFolder(dirname(kept), 0o700);
  const present = keepWhole(path, kept);
  keepNumbers(from, atLeast(present ?? new Map(), executionsLeast));
  if (present) await writeInto(from, path);
  else {
    keepRaw(path, kept);
    move(from, path);
  }
  return kept;
}

/** A copy of the present database and its numbers, or undefined where it is too damaged for that. */
function keepWhole(path: string, kept: string): Sequences | undefined {
  let database: Database | undefined;
  try {
    database = openDatabase(path, { create: false });
    if (database.prepare<[], string>('PRAGMA quick_check(1)').pluck().get() !== 'ok') return undefined;
    backUpDatabase(database, kept);
    return sequencesOf(database);
  } catch (error) {
    const known = error instanceof BpError ? error : databaseError(error, path);
    // Whatever is wrong with what stands in it, its files are kept as they are.
    if (known?.code === 'database_damaged' || error instanceof SqliteDatabase.SqliteError) return undefined;
    throw error;
  } finally {
    database?.close();
  }
}

/**
 * All pages in one transaction of SQLite's own, under its locks: a command that has the old database open sees the new
 * one, and no log of the old one can be replayed into it.
 */
async function writeInto(from: string, path: string): Promise<void> {
  const source = new SqliteDatabase(from, { readonly: true });
  try {
    await source.backup(path);
  } catch (error) {
    throw databaseError(error, path) ?? error;
  } finally {
    source.close();
  }
  const database = openDatabase(path, { create: false });
  try {
    withDatabaseErrors(path, () => database.pragma('wal_checkpoint(TRUNCATE)'));
  } finally {
    database.close();
  }
}

/**
 * The files of a damaged database, under a second name each. Its log goes before another database takes its place: with
 * that one it must never be found.
 */
function keepRaw(path: string, kept: string): void {
  for (const part of ['', '-wal']) if (existsSync(`${path}${part}`)) linkSync(`${path}${part}`, `${kept}${part}`);
  syncFile(dirname(kept));
  for (const part of ['-wal', '-shm', '-journal']) rmSync(`${path}${part}`, { force: true });
  syncFile(dirname(path));
}

function move(from: string, path: string): void {
  for (const part of ['-wal', '-shm', '-journal']) rmSync(`${path}${part}`, { force: true });
  syncFile(from);
  renameSync(from, path);
  syncFile(dirname(path));
}

/** In a file without a log, so that it can be moved alone. */
function keepNumbers(path: string, sequences: Sequences): void {
  const database = new SqliteDatabase(path);
  try {
    database.pragma('journal_mode = DELETE');
    const raise = database.prepare('UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?');
    const add = database.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)');
    database
      .transaction(() => {
        for (const [table, number] of sequences)
          if (number > 0 && raise.run(number, table).changes === 0) add.run(table, number);
      })
      .immediate();
  } finally {
    database.close();
  }
}

function sequencesOf(database: Database): Sequences {
  const rows = database.prepare<[], { name: string; seq: number }>('SELECT name, seq FROM sqlite_sequence').all();
  return new Map(
    rows.filter(({ name }) => NUMBERED.some((table) => table === name)).map(({ name, seq }) => [name, seq]),
  );
}

function atLeast(sequences: Sequences, executions: number): Sequences {
  return new Map([...sequences, ['executions', Math.max(sequences.get('executions') ?? 0, executions)]]);
}

function openBackup(path: string): Database {
  try {
    return new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  } catch (error) {
    throw new BpError('not_a_backup', `${path} can't be opened as a database`, {
      hint: `name a file that bp-agents backup made, such as one in ${join('.bp-agents', 'backups')}`,
      cause: error,
    });
  }
}

function refuseUnfit(source: Database, path: string): void {
  const tables = source.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
  const version = Number(source.pragma('user_version', { simple: true }));
  if (version === 0 || OURS.some((table) => !tables.includes(table)))
    throw new BpError('not_a_backup', `${path} is no database of bp-agents`, { hint: 'nothing was changed' });
  if (version > newestVersion())
    throw new BpError('database_newer', `${path} has version ${version}, this program knows ${newestVersion()}`, {
      hint: 'update bp-agents; nothing was changed',
    });
  const [defect] = source.prepare<[], string>('PRAGMA quick_check(1)').pluck().all();
  if (defect !== 'ok') throw damaged(path, defect ?? 'it cannot be read');
}

function damaged(path: string, defect: string, cause?: unknown): BpError {
  return new BpError('backup_damaged', `${path} is damaged (${defect})`, {
    hint: 'name another one; nothing was changed',
    cause,
  });
}

function backupError(error: unknown, path: string): unknown {
  const known = databaseError(error, path);
  return known?.code === 'database_damaged' ? damaged(path, (error as Error).message, error) : (known ?? error);
}
