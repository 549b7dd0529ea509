import { newestVersion } from '../../store/migrations.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** How far the ledger has come. */
export function booksView({ [STORE]: store }: Economy) {
  const { id: transfers, hash: head } = store.transfers.head();
  return { cycle: store.state.get().cycle, transfers, head };
}

/** Of the database that this program keeps. */
export function schemaVersion(): number {
  return newestVersion();
}
