import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';

/** Every row of the ledger and every balance, as they stand in the file of a home. */
export function ledgerOf({ directory }: { readonly directory: string }): unknown {
  const database = new SqliteDatabase(join(directory, '.bp-agents', 'economy.db'), { readonly: true });
  try {
    return {
      transfers: database.prepare('SELECT * FROM transfers ORDER BY id').all(),
      accounts: database.prepare('SELECT * FROM accounts ORDER BY id').all(),
      marks: database.prepare('SELECT id, interesting, useful, understandable, reward, refund FROM prompts').all(),
    };
  } finally {
    database.close();
  }
}
