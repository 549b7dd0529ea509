import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { openTestEconomy } from './economy.ts';
import { fillLedger } from './large-ledger.ts';
import { programHome, type ProgramHome } from './program.ts';

/** A home of the real program whose ledger has a long past. */
export function homeFromDatabase(transfers: number, settings: readonly string[]): ProgramHome {
  const place = programHome(settings);
  const economy = openTestEconomy();
  try {
    fillLedger(economy, transfers);
    // Nothing of the past waits: only who is made now bids.
    economy.store.transaction(() => {
      for (const { holdId, id } of economy.store.bids.pending()) {
        economy.store.transfers.void(holdId, { cycle: 0, at: 0 });
        economy.store.bids.end(id, 'withdrawn', 0, 'withdrawn');
      }
    });
    const state = join(place.directory, '.bp-agents');
    mkdirSync(state);
    const source = new SqliteDatabase(economy.databasePath);
    source.prepare('VACUUM INTO ?').run(join(state, 'economy.db'));
    source.close();
  } finally {
    economy.close();
  }
  return place;
}
