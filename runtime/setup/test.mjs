import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captured, foreground } from './child.mjs';
import { Fault } from './fault.mjs';
import { installPackage } from './packages.mjs';
import { inRoot } from './places.mjs';
import { ALL_STEPS, setUp } from './set-up.mjs';
import { step } from './step.mjs';

/** The shell that docs/ledger.md is about; where it can't be installed its queries are run by the driver. */
const LEDGER_TOOL = { command: 'sqlite3', package: 'sqlite3' };
/** What opens a pseudo-terminal for the terminal tests, and Debian's package that has it. */
const TERMINAL_TOOL = { command: 'script', package: 'bsdutils' };
const VITEST = inRoot('node_modules', 'vitest', 'vitest.mjs');

/**
 * `npm test`: sets everything up and runs every test. The last line is `N passed, N failed, N skipped`.
 * @param {readonly string[]} args Passed on to vitest.
 */
export async function test(args) {
  const withTerminal = wants('terminal', args);
  const needsEngine = ['terminal', 'docker', 'hostile', 'alone'].some((project) => wants(project, args));
  await setUp(needsEngine ? ALL_STEPS : ['packages']);
  const missing = withTerminal ? await ensureTool(TERMINAL_TOOL, 'the terminal tests need its script') : undefined;
  if (wants('integration', args)) await ensureTool(LEDGER_TOOL, 'docs/ledger.md is tried with it');

  const folder = mkdtempSync(join(tmpdir(), 'bp-agents-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const left = missing === undefined ? [] : ['--project=!terminal'];
    const code = await foreground(process.execPath, [VITEST, 'run', ...reporters, ...left, ...args]);
    const totals = read(report);
    if (missing !== undefined) {
      totals.skipped += await countTests('terminal');
      console.log(`The terminal tests were skipped: ${missing}`);
    }
    // vitest can fail where no test did: an error outside of any, or a file that can't be loaded.
    if (code !== 0 && totals.failed === 0) totals.failed = 1;
    console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
    process.exitCode = code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether the arguments let vitest run this project.
 * @param {string} project
 * @param {readonly string[]} args
 */
function wants(project, args) {
  const named = args.flatMap((arg, index) => {
    if (arg.startsWith('--project=')) return [arg.slice('--project='.length)];
    return arg === '--project' ? (args[index + 1] ?? []) : [];
  });
  return named.length === 0 || named.some((name) => name === project || /[!*]/.test(name));
}

/**
 * Installs what is missing. The reason why it can't be had; undefined where it is there.
 * @param {{ command: string, package: string }} tool
 * @param {string} why
 */
async function ensureTool(tool, why) {
  /** @type {string | undefined} */
  let missing;
  await step(tool.command, async (say) => {
    const version = await versionOf(tool.command);
    if (version) return version.split(' ').slice(0, 4).join(' ');
    try {
      await installPackage(tool.package, why, say);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      missing = error.message;
      return 'missing';
    }
    return 'installed';
  });
  return missing;
}

/**
 * Undefined where there is no such command.
 * @param {string} command
 * @returns {Promise<string | undefined>}
 */
async function versionOf(command) {
  try {
    return (await captured(command, ['--version'])).output.trim();
  } catch {
    return undefined;
  }
}

/** @param {string} project */
async function countTests(project) {
  const { output } = await captured(process.execPath, [VITEST, 'list', '--project', project]);
  return output.split('\n').filter((line) => line.startsWith(`[${project}]`)).length;
}

/**
 * The totals of vitest's own report; a file that could not be loaded counts as one failure.
 * @param {string} report
 */
function read(report) {
  /** @type {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} */
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    throw new Fault('vitest ended without a report');
  }
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const file of results.testResults) {
    const statuses = file.assertionResults.map(({ status }) => status);
    for (const status of statuses) totals[status === 'passed' || status === 'failed' ? status : 'skipped'] += 1;
    if (file.status === 'failed' && !statuses.includes('failed')) totals.failed += 1;
  }
  return totals;
}
