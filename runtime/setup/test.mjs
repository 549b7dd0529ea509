import { existsSync } from 'node:fs';
import { captured } from './child.mjs';
import { Fault } from './fault.mjs';
import { installPackage } from './packages.mjs';
import { inRoot } from './places.mjs';
import { MEASURING, ONLY_NAMED, projectsOf, WITH_ENGINE, WITHOUT_ENGINE } from './projects.mjs';
import { setUp } from './set-up.mjs';
import { step } from './step.mjs';
import { beginTests, runTests, VITEST } from './test-run.mjs';

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

/**
 * `npm test`: sets everything up and runs every test. What needs no engine and what does run beside each other, since
 * the one computes and the other mostly waits; what measures comes after both. The last line is
 * `N passed, N failed, N skipped`.
 * @param {readonly string[]} args Passed on to vitest.
 */
export async function test(args) {
  const { isWanted, isNamed, others } = projectsOf(args);
  let computing = WITHOUT_ENGINE.filter(isWanted);
  let waiting = WITH_ENGINE.filter(isWanted);
  const alone = [...MEASURING.filter(isWanted), ...ONLY_NAMED.filter(isNamed)];
  const wantsEngine = waiting.length + alone.length > 0;
  await setUp(wantsEngine ? ['packages', 'build', 'engine'] : ['packages', 'build']);
  const image = wantsEngine ? captured(process.execPath, [ENTER, 'set-up', 'image']) : undefined;
  // A failure is told where the image is waited for.
  image?.catch(() => undefined);
  if (computing.includes('integration')) await ensureTool(LEDGER_TOOL, 'docs/ledger.md is tried with it');
  const totals = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const reasons = [];
  for (const { project, why, ...tool } of TOOLS_OF_PROJECTS) {
    if (!computing.includes(project) && !waiting.includes(project)) continue;
    const missing = await ensureTool(tool, why);
    if (missing === undefined) continue;
    computing = computing.filter((name) => name !== project);
    waiting = waiting.filter((name) => name !== project);
    totals.skipped += await countTests(project);
    reasons.push(`The tests of ${project} were skipped: ${missing}`);
  }
  const wantsSsh = waiting.includes('docker') || alone.includes('engines');
  // Its version can't be asked for everywhere.
  if (wantsSsh && !existsSync(SSH_TOOL.command)) await ensureTool(SSH_TOOL, 'some tests reach the engine through it');

  const behind = image && waiting.length > 0 ? beginWhenMade(image, waiting, others) : undefined;
  add(totals, await runTests(computing, others));
  if (image) await step('image', (say) => madeImage(image, say));
  const begun = await behind;
  begun?.show();
  if (begun) add(totals, await begun.totals);
  if (alone.includes('engines')) await setUp(['podman']);
  add(totals, await runTests(alone, others));
  for (const reason of reasons) console.log(reason);
  if (totals.passed + totals.failed + totals.skipped === 0) throw new Fault('there is no such test');
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

/**
 * Begins the tests that need the image as soon as it is there; undefined where it could not be made.
 * @param {ReturnType<typeof captured>} image
 * @param {readonly string[]} projects
 * @param {readonly string[]} args
 */
async function beginWhenMade(image, projects, args) {
  const code = await image.then(
    (made) => made.code,
    () => undefined,
  );
  return code === 0 ? beginTests(projects, args) : undefined;
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
 * @param {Omit<import('./test-run.mjs').Totals, 'reasons'>} totals
 * @param {import('./test-run.mjs').Totals} more
 */
function add(totals, { passed, failed, skipped, reasons }) {
  for (const reason of reasons) console.log(`Some tests were skipped: ${reason}`);
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
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
