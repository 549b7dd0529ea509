import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Writes the database anew, so that nothing of what was taken away is left in unused parts of its file or in its log.
 * False where another process was reading from the log all the time: it is emptied once that has ended.
 */
export function rewriteDatabase({ [STORE]: store }: Economy): boolean {
  return store.texts.rewrite();
}

/** Empties the log of what was written, where nobody reads from it now. */
export function emptyDatabaseLog({ [STORE]: store }: Economy): void {
  store.texts.emptyLog();
}
