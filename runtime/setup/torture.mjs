import { fileURLToPath } from 'node:url';
import { foreground } from './child.mjs';
import { inRoot } from './places.mjs';
import { ALL_STEPS, setUp } from './set-up.mjs';

/**
 * `npm run torture`: kills the real program at random instants, as many rounds as asked for.
 * @param {readonly string[]} args `--rounds N --seed TEXT --life SECONDS`.
 */
export async function torture(args) {
  await setUp(ALL_STEPS);
  const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));
  process.exitCode = await foreground(process.execPath, [tsx, inRoot('test', 'torture', 'main.ts'), ...args]);
}
