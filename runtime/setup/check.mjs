import { captured, foreground } from './child.mjs';
import { Fault } from './fault.mjs';
import { inRoot } from './places.mjs';
import { setUp } from './set-up.mjs';
import { step } from './step.mjs';

/** @param {string[]} path */
const bin = (...path) => inRoot('node_modules', ...path);

/** @type {readonly (readonly [name: string, program: string, ...args: string[]])[]} */
const STATIC = [
  ['types and lint', bin('oxlint', 'bin', 'oxlint'), '--config', 'oxlint.config.mjs'],
  ['format', bin('prettier', 'bin', 'prettier.cjs'), '--check', '.'],
  [
    'layers',
    bin('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
    '--config',
    '.dependency-cruiser.cjs',
    'src',
    'test',
    'runtime',
  ],
  ['unused', bin('knip', 'bin', 'knip.js')],
  ['test-only', bin('knip', 'bin', 'knip.js'), '--production'],
];
const TESTS = [bin('vitest', 'vitest.mjs'), 'run', '--project', 'unit', '--project', 'integration'];

/**
 * `npm run check`: everything that needs no Docker. All of it runs, whatever fails; `--static` leaves the tests out.
 * @param {readonly string[]} args
 */
export async function check(args) {
  /** @type {string[]} */
  const failed = [];
  for (const [name, ...command] of STATIC) {
    await step(name, (say) => runQuietly(command, say)).catch(() => failed.push(name));
  }
  if (!args.includes('--static')) {
    // Some tests start the built program.
    await setUp(['packages', 'build']);
    if ((await foreground(process.execPath, TESTS)) !== 0) failed.push('tests');
  }
  if (failed.length > 0) throw new Fault(`not in order: ${failed.join(', ')}`);
}

/**
 * Shows the output only where something is wrong.
 * @param {readonly string[]} command
 * @param {(doing: string) => void} say
 */
async function runQuietly(command, say) {
  say('checking');
  const { code, output } = await captured(process.execPath, command);
  if (code === 0) return 'in order';
  say('');
  console.error(output.trimEnd());
  throw new Fault('not in order');
}
