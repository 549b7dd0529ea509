import { captured, foreground } from './child.mjs';
import { inRoot } from './places.mjs';
import { setUp } from './set-up.mjs';

/**
 * `npm run simulate`: the economy on a simulated clock. Under CI the seed is the commit, unless one is given, so that
 * each commit tries other ways and can be tried again.
 * @param {readonly string[]} args Passed on to `bp-agents simulate`.
 */
export async function simulate(args) {
  await setUp(['packages', 'build']);
  const seed = args.some((arg) => arg === '--seed' || arg.startsWith('--seed=')) ? [] : await commitSeed();
  process.exitCode = await foreground(process.execPath, [inRoot('dist', 'main.js'), 'simulate', ...seed, ...args]);
}

async function commitSeed() {
  if (!process.env['CI']) return [];
  const { code, output } = await captured('git', ['rev-parse', 'HEAD']);
  return code === 0 ? ['--seed', output.trim()] : [];
}
