import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const ROOT = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));

/** @param {...string} names */
export function inRoot(...names) {
  return join(ROOT, ...names);
}
