import type { Backup } from '../../store/backup.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** Copies all of it, from one moment, into a file that isn't there yet. Throws as `backUpDatabase` does. */
export function backUpEconomy(economy: Economy, path: string): Backup {
  return economy[STORE].backUp(path);
}
