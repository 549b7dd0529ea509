import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** What is wrong with the database's file, and of which version of the program it is. Reads all of it. */
export function examineDatabase(economy: Economy): { readonly defect: string | undefined; readonly version: number } {
  const store = economy[STORE];
  return { defect: store.defects()[0], version: store.version() };
}

/** Throws `BpError` `database_damaged` where a look that takes at most a second or two finds damage. */
export function refuseDamaged(economy: Economy): void {
  economy[STORE].refuseDamaged();
}

/** When the last thing was recorded; undefined where nothing is. */
export function newestRecordAt(economy: Economy): number | undefined {
  const { state, transfers } = economy[STORE];
  const times = [state.get().clearedAt ?? undefined, transfers.newestAt()].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}
