import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../platform/folder.ts';
import SqliteDatabase from 'better-sqlite3';
import { BpError } from '../platform/errors.ts';
import { refuseEmptied } from './damage.ts';
import { databaseError, isLocked } from './database-error.ts';
import { BUSY_MS } from './write-lock.ts';

export type Database = SqliteDatabase.Database;

/** A clearing touches a page for each of its bids; SQLite's own 2 MB would write them to the log more than once. */
const CACHE_KIB = 65_536;

/**
 * Opens the database file, durable and strict: WAL, `synchronous=FULL`, foreign keys on, and recursive triggers,
 * without which REPLACE would delete rows past the triggers that forbid it. What is deleted is overwritten.
 * Throws `BpError` with code `database_missing`, `database_damaged`, `database_unreadable`.
 */
export function openDatabase(
  path: string,
  { create, busyMs = BUSY_MS }: { readonly create: boolean; readonly busyMs?: number },
): Database {
  if (!create && !existsSync(path))
    throw new BpError('database_missing', `there is no economy at ${path}`, { hint: 'make one with: bp-agents init' });
  refuseEmptied(path);
  return withDatabaseErrors(path, () => {
    if (create) makeFolder(dirname(path), 0o700);
    const database = new SqliteDatabase(path, { timeout: busyMs });
    try {
      makeDurableAndStrict(database);
    } catch (error) {
      // It is tried again then. What is damaged stays as it is: closing it would make an end of its log.
      if (isLocked(error)) database.close();
      throw error;
    }
    return database;
  });
}

function makeDurableAndStrict(database: Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('recursive_triggers = ON');
  database.pragma('trusted_schema = OFF');
  database.pragma('secure_delete = ON');
  database.pragma(`cache_size = -${CACHE_KIB}`);
}

/** Runs work on the database and turns SQLite's own errors into one line for the operator. */
export function withDatabaseErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw databaseError(error, path) ?? error;
  }
}
