import { foreground } from './child.mjs';
import { inRoot } from './places.mjs';
import { ALL_STEPS, setUp } from './set-up.mjs';

/**
 * `npm start`: sets everything up and runs the market.
 * @param {readonly string[]} args Passed on to `bp-agents run`.
 */
export async function start(args) {
  await setUp(ALL_STEPS);
  process.exitCode = await foreground(process.execPath, [inRoot('dist', 'main.js'), 'run', '--bootstrap', ...args]);
}
