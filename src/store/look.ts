import { existsSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from './database.ts';

/**
 * Opens a database without writing to it. The caller closes it.
 *
 * Where there is no log yet, a connection that may write but isn't allowed to here leaves the folder as it was; one
 * that may only read couldn't take its own log away again. Where there is a log, it belongs to a `run`, and this must
 * not write it back.
 */
export function openToLook(path: string, { busyMs }: { readonly busyMs?: number } = {}): Database {
  const hasLog = [`${path}-wal`, `${path}-shm`].some((log) => existsSync(log));
  const database = new SqliteDatabase(path, {
    readonly: hasLog,
    fileMustExist: true,
    ...(busyMs !== undefined && { timeout: busyMs }),
  });
  database.pragma('query_only = ON');
  return database;
}
