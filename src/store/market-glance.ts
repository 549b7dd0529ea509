import { withDatabaseErrors } from './database.ts';
import { openToLook } from './look.ts';
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
