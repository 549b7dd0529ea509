import type { WriteLock } from '../../store/write-lock.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** What is known of other processes that hold the database for writing. */
export function writeLock(economy: Economy): Pick<WriteLock, 'isHeld' | 'onHeld' | 'endPatience'> {
  return economy[STORE].lock;
}

/** Tries whether it is free; the lock notes what came of it. Throws as every write does. */
export function tryWriteLock(economy: Economy): void {
  economy[STORE].transaction(() => undefined);
}
