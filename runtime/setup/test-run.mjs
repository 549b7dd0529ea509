import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foreground, heldBack } from './child.mjs';
import { inRoot, ROOT } from './places.mjs';
import { readReport } from './report.mjs';

export const VITEST = inRoot('node_modules', 'vitest', 'vitest.mjs');

/** @typedef {{ passed: number, failed: number, skipped: number, reasons: Iterable<string> }} Totals Reasons of skipping. */

/**
 * Runs the tests of some projects, and says what came of them.
 * @param {readonly string[]} projects
 * @param {readonly string[]} args Passed on to vitest.
 * @returns {Promise<Totals>}
 */
export function runTests(projects, args) {
  return reported(projects, args, foreground);
}

/**
 * The same out of sight, until `show` is called: then it prints what it has held back, and all else as it comes.
 * @param {readonly string[]} projects
 * @param {readonly string[]} args
 */
export function beginTests(projects, args) {
  let show = () => {};
  const totals = reported(projects, args, (command, words) => {
    const run = heldBack(command, words);
    show = run.show;
    return run.ended;
  });
  // A failure is met by who waits for the totals, which may be later.
  totals.catch(() => undefined);
  return { totals, show };
}

/**
 * @param {readonly string[]} projects
 * @param {readonly string[]} args
 * @param {(command: string, args: readonly string[]) => Promise<number>} run
 * @returns {Promise<Totals>}
 */
async function reported(projects, args, run) {
  if (projects.length === 0) return { passed: 0, failed: 0, skipped: 0, reasons: [] };
  const folder = mkdtempSync(join(tmpdir(), 'bp-agents-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const chosen = projects.map((name) => `--project=${name}`);
    // Names of files may be given, and all of them may be in the other projects.
    const code = await run(process.execPath, [VITEST, 'run', '--passWithNoTests', ...reporters, ...chosen, ...args]);
    const { passed, failed, skipped, reasons } = readReport(report, ROOT);
    // vitest can fail where no test did: an error outside of any, or a file that can't be loaded.
    return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped, reasons };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
