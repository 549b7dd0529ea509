import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captured, foreground } from './child.mjs';
import { Fault } from './fault.mjs';
import { installPackage } from './packages.mjs';
import { inRoot, ROOT } from './places.mjs';
import { ONLY_NAMED, projectsOf, WITH_ENGINE, WITHOUT_ENGINE } from './projects.mjs';
import { readReport } from './report.mjs';
import { setUp } from './set-up.mjs';
import { step } from './step.mjs';

/** The shell that docs/ledger.md is about; where it can't be installed its queries are run by the driver. */
const LEDGER_TOOL = { command: 'sqlite3', package: 'sqlite3' };
/** Without these, the tests of a project are skipped. */
const TOOLS_OF_PROJECTS = [
  {
    project: 'terminal',
    command: 'python3',
    package: 'python3',
    why: 'the terminal tests open their terminals with it',
  },
  { project: 'web', command: 'python3', package: 'python3', why: 'the tests of the page open a terminal beside it' },
  { project: 'web', command: 'chromium', package: 'chromium', why: 'the tests of the page open it there' },
];
/** What an engine elsewhere is reached through in tests. */
const SSH_TOOL = { command: '/usr/sbin/sshd', package: 'openssh-server' };
const ENTER = inRoot('runtime', 'setup', 'enter.cjs');
const VITEST = inRoot('node_modules', 'vitest', 'vitest.mjs');

/**
 * `npm test`: sets everything up and runs every test; the image is made while the tests run that need none. The last
 * line is `N passed, N failed, N skipped`.
 * @param {readonly string[]} args Passed on to vitest.
 */
export async function test(args) {
  const { isWanted, isNamed, others } = projectsOf(args);
  let first = WITHOUT_ENGINE.filter(isWanted);
  let then = [...WITH_ENGINE.filter(isWanted), ...ONLY_NAMED.filter(isNamed)];
  await setUp(then.length > 0 ? ['packages', 'build', 'engine'] : ['packages', 'build']);
  const image = then.length > 0 ? captured(process.execPath, [ENTER, 'set-up', 'image']) : undefined;
  if (first.includes('integration')) await ensureTool(LEDGER_TOOL, 'docs/ledger.md is tried with it');
  const totals = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const reasons = [];
  for (const { project, why, ...tool } of TOOLS_OF_PROJECTS) {
    if (!first.includes(project) && !then.includes(project)) continue;
    const missing = await ensureTool(tool, why);
    if (missing === undefined) continue;
    first = first.filter((name) => name !== project);
    then = then.filter((name) => name !== project);
    totals.skipped += await countTests(project);
    reasons.push(`The tests of ${project} were skipped: ${missing}`);
  }
  const wantsSsh = then.includes('docker') || then.includes('engines');
  // Its version can't be asked for everywhere.
  if (wantsSsh && !existsSync(SSH_TOOL.command)) await ensureTool(SSH_TOOL, 'some tests reach the engine through it');

  await runInto(totals, first, others);
  if (image) await step('image', (say) => madeImage(image, say));
  if (then.includes('engines')) await setUp(['podman']);
  await runInto(totals, then, others);
  for (const reason of reasons) console.log(reason);
  if (totals.passed + totals.failed + totals.skipped === 0) throw new Fault('there is no such test');
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

/**
 * @param {ReturnType<typeof captured>} image
 * @param {(doing: string) => void} say
 */
async function madeImage(image, say) {
  say('waiting for what is made beside the tests');
  const { code, output } = await image;
  if (code === 0) return 'ready';
  say('');
  console.error(output.trimEnd());
  throw new Fault('the agent image could not be made: see the words above; then repeat');
}

/**
 * Runs the tests of some projects and adds what came of them.
 * @param {{ passed: number, failed: number, skipped: number }} totals
 * @param {readonly string[]} projects
 * @param {readonly string[]} args
 */
async function runInto(totals, projects, args) {
  if (projects.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'bp-agents-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const chosen = projects.map((name) => `--project=${name}`);
    // Names of files may be given, and all of them may be in the other projects.
    const options = ['run', '--passWithNoTests', ...reporters, ...chosen, ...args];
    const code = await foreground(process.execPath, [VITEST, ...options]);
    const { passed, failed, skipped, reasons } = readReport(report, ROOT);
    for (const reason of reasons) console.log(`Some tests were skipped: ${reason}`);
    totals.passed += passed;
    // vitest can fail where no test did: an error outside of any, or a file that can't be loaded.
    totals.failed += code !== 0 && failed === 0 ? 1 : failed;
    totals.skipped += skipped;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
      await installPackage(tool.package, why, say, { lean: true });
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
