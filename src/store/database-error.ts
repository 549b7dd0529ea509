import type SqliteDatabase from 'better-sqlite3';
import { BpError } from '../platform/errors.ts';
import { damaged } from './damage.ts';

/**
 * The operating error behind an SQLite error, or undefined where it is something else. SQLite's errors are known by
 * their name, so that SQLite need not be loaded to tell them apart.
 */
export function databaseError(error: unknown, path = 'the database'): BpError | undefined {
  if (!isSqliteError(error)) return undefined;
  const [family] = /^SQLITE_[A-Z]+/.exec(error.code) ?? [''];
  switch (family) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new BpError('database_locked', `${path} is locked by another process`, {
        hint: 'wait for it to end, then try again',
        cause: error,
      });
    case 'SQLITE_FULL':
      return new BpError('disk_full', `the disk is full: ${path} can't be written`, {
        hint: 'free some space; nothing that was acknowledged is lost',
        cause: error,
      });
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return damaged(path, error.message, error);
    case 'SQLITE_ERROR':
      // Every statement is this program's own: what it doesn't find was taken away.
      return /^no such (table|column)/.test(error.message) ? damaged(path, error.message, error) : undefined;
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
    case 'SQLITE_IOERR':
      return new BpError('database_unreadable', `${path} can't be opened or written (${error.message})`, {
        hint: 'check its owner, its permissions and the disk',
        cause: error,
      });
    default:
      return undefined;
  }
}

function isSqliteError(error: unknown): error is InstanceType<typeof SqliteDatabase.SqliteError> {
  return error instanceof Error && error.name === 'SqliteError';
}

/** Whether another process held the database for writing, in SQLite's own words or in ours. */
export function isLocked(error: unknown): boolean {
  const known = error instanceof BpError ? error : databaseError(error);
  return known?.code === 'database_locked';
}
