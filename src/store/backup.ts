import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { BpError } from '../platform/errors.ts';
import { databaseError } from './database-error.ts';
import type { Database } from './database.ts';

/** What a finished copy is. */
export interface Backup {
  readonly path: string;
  readonly bytes: number;
  /** The number of the newest migration that made it. */
  readonly version: number;
}

/**
 * Copies the database, as it is at one moment, into a file that isn't there yet. Others may write meanwhile. The copy
 * gets its name when it is on the disk and was read back, so it is whole or not there. Only its owner can read it.
 * Throws `BpError`: `backup_exists`, `backup_place`, `backup_failed`, and what `withDatabaseErrors` makes of SQLite's errors.
 */
export function backUpDatabase(database: Database, path: string): Backup {
  refuseTaken(path);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  // SQLite writes into a file that is empty; made here, it has its permissions from the first byte on.
  closeSync(openSync(temporary, 'wx', 0o600));
  try {
    database.prepare('VACUUM INTO ?').run(temporary);
    syncFile(temporary);
    const version = checkedVersion(temporary);
    const bytes = statSync(temporary).size;
    name(temporary, path);
    syncFile(dirname(path));
    return { path, bytes, version };
  } catch (error) {
    throw databaseError(error, path) ?? error;
  } finally {
    for (const file of [temporary, `${temporary}-journal`]) rmSync(file, { force: true });
  }
}

/** Waits until the disk has a file, or the names in a folder. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function refuseTaken(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (stats.isDirectory())
    throw new BpError('backup_place', `${path} is a folder`, { hint: 'name a file that is not there yet' });
  throw exists(path);
}

function exists(path: string): BpError {
  return new BpError('backup_exists', `${path} exists already and stays as it is`, {
    hint: 'name a file that is not there yet, or remove that one',
  });
}

/** Reads all of the copy. */
function checkedVersion(path: string): number {
  const copy = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  try {
    const [defect] = copy.prepare<[], string>('PRAGMA quick_check(1)').pluck().all();
    if (defect !== 'ok')
      throw new BpError('backup_failed', `the copy is not whole (${defect ?? 'it cannot be read'})`, {
        hint: 'bp-agents doctor tells whether the database itself is',
      });
    return Number(copy.pragma('user_version', { simple: true }));
  } finally {
    copy.close();
  }
}

/** A link never replaces what was made there meanwhile, as a renaming would; some filesystems have none. */
function name(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(path);
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    renameSync(temporary, path);
  }
}
