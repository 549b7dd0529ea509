import type { Economy } from './economy.ts';
import { STORE } from './internal/store-key.ts';

/** Looks at several things as they were at one moment. */
export function snapshot<T>(economy: Economy, look: () => T): T {
  return economy[STORE].read(look);
}

/** Changes whenever this process or another one has changed the economy. Cheap. */
export function changeMark(economy: Economy): string {
  return `${economy[STORE].dataVersion()}.${economy[STORE].ownChanges()}`;
}
