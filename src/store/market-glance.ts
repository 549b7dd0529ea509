import { existsSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { withDatabaseErrors, type Database } from './database.ts';
import { marketsTable, type MarketRow } from './markets.ts';
import { newestVersion } from './migrations.ts';
import { stateTable } from './state.ts';

/** How a market stands, seen from outside. */
export interface MarketGlance {
  readonly cycle: number;
  readonly runningMs: number;
  readonly rows: readonly MarketRow[];
}

/**
 * Reads it without writing to the database, also while a `run` goes on. Undefined where another version of the program
 * made it, since only a command that changes things may bring it up to date. Throws as `withDatabaseErrors` does.
 */
export function glanceAtMarket(path: string): MarketGlance | undefined {
  return withDatabaseErrors(path, () => {
    const database = openToLook(path);
    try {
      if (Number(database.pragma('user_version', { simple: true })) !== newestVersion()) return undefined;
      return database.transaction(() => {
        const { cycle, runningMs } = stateTable(database).get();
        return { cycle, runningMs, rows: Object.values(marketsTable(database).all()) };
      })();
    } finally {
      database.close();
    }
  });
}

/**
 * Where there is no log yet, a connection that may write but isn't allowed to here leaves the folder as it was; one
 * that may only read couldn't take its own log away again. Where there is a log, it belongs to a `run`, and this must
 * not write it back.
 */
function openToLook(path: string): Database {
  const hasLog = [`${path}-wal`, `${path}-shm`].some((log) => existsSync(log));
  const database = new SqliteDatabase(path, { readonly: hasLog, fileMustExist: true });
  database.pragma('query_only = ON');
  return database;
}
