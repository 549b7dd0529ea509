import { fileURLToPath } from 'node:url';
import { foreground } from './child.mjs';
import { inRoot } from './places.mjs';
import { ALL_STEPS, setUp } from './set-up.mjs';

/**
 * `npm run test:hosts`: brings up each kind of host that can be had here, holds the sandbox to its contract there,
 * attacks it, and takes all of it down.
 * @param {readonly string[]} args Names of hosts, none for all; `--only doctor|contract|hostile`.
 */
export async function hosts(args) {
  await setUp(ALL_STEPS);
  const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));
  process.exitCode = await foreground(process.execPath, [tsx, inRoot('test', 'hosts', 'main.ts'), ...args]);
}
