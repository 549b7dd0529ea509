import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { captured } from './child.mjs';
import { Fault } from './fault.mjs';
import { readReport } from './report.mjs';
import { step } from './step.mjs';

/**
 * A copy of the tree under a Node; the signal ends what is being tried.
 * @typedef {object} Trial
 * @property {import('./node-release.mjs').NodeRelease} release
 * @property {string} folder
 * @property {AbortSignal} signal
 */

/**
 * What is tried under each Node, in this order. A failure throws a `Fault` with one line for each reason.
 * @type {Readonly<Record<string, (trial: Trial) => Promise<string>>>}
 */
const ATTEMPTS = {
  install,
  types,
  build,
  unit: (trial) => tests(trial, 'unit'),
  integration: (trial) => tests(trial, 'integration'),
  run,
};
/** What all that comes after them needs. */
const NEEDED = new Set(['install', 'build']);
export const ATTEMPT_NAMES = Object.keys(ATTEMPTS);

/** Without a reason of its own, a program's last words are shown, and this many. */
const WORDS_MAX = 5;

/**
 * Tries everything, whatever fails but what all else needs. What came of each attempt, in words; what isn't there was
 * not tried.
 * @param {Trial} trial
 * @returns {Promise<{ results: Record<string, string>, failures: string[] }>}
 */
export async function attemptAll(trial) {
  /** @type {Record<string, string>} */
  const results = {};
  /** @type {string[]} */
  const failures = [];
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    rmSync(logOf(trial, name), { force: true });
    try {
      await step(name, async (say) => {
        say(`under Node ${trial.release.version}`);
        return (results[name] = await attempt(trial));
      });
    } catch (error) {
      if (trial.signal.aborted || !(error instanceof Fault)) throw error;
      const [first = '', ...others] = error.message.split('\n');
      results[name] = others.length > 0 ? `✗ ${first}` : '✗ failed';
      failures.push(...(others.length > 0 ? others : [first]).map((reason) => `${name}: ${reason}`));
      if (NEEDED.has(name)) break;
    }
  }
  return { results, failures };
}

/** @param {Trial} trial */
async function install(trial) {
  // Else an addon that has to be compiled is compiled for headers that are fetched, or for those of the machine's Node.
  await mustWork(trial, 'install', 'npm', ['ci'], { npm_config_nodedir: trial.release.folder });
  // Where a prebuilt addon could be fetched, there is the addon and nothing else.
  const compiled = existsSync(join(trial.folder, 'node_modules', 'better-sqlite3', 'build', 'Makefile'));
  return compiled ? 'compiled' : 'prebuilt';
}

/** @param {Trial} trial */
async function types(trial) {
  await mustWork(trial, 'types', 'npm', ['run', 'types']);
  return 'in order';
}

/** @param {Trial} trial */
async function build(trial) {
  refuseWarnings(await mustWork(trial, 'build', 'npm', ['run', 'build']));
  return 'compiled';
}

/**
 * @param {Trial} trial
 * @param {string} project
 */
async function tests(trial, project) {
  const report = join(trial.folder, `${project}.report.log`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await logged(trial, project, 'npx', ['vitest', 'run', '--project', project, ...reporters]);
  const { passed, failed, skipped, failures } = readReport(report, trial.folder);
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  if (failures.length > 0) throw new Fault([counts, ...failures].join('\n'));
  if (code !== 0) throw new Fault(`${counts}\nvitest failed outside of any test: see ${logOf(trial, project)}`);
  return skipped > 0 ? `${passed} passed, ${skipped} skipped` : `${passed} passed`;
}

/**
 * What a newcomer does, on a real engine.
 * @param {Trial} trial
 */
async function run(trial) {
  const program = join('dist', 'main.js');
  refuseWarnings(await mustWork(trial, 'run', 'npm', ['start', '--', '--headless', '--cycles', '2']));
  const list = await mustWork(trial, 'run', 'node', [program, 'executions', '--json']);
  refuseWarnings(list);
  /** @type {{ outcome?: string }[]} */
  const executions = JSON.parse(list);
  const completed = executions.filter(({ outcome }) => outcome === 'completed').length;
  if (completed === 0 || completed < executions.length)
    throw new Fault(`of ${executions.length} executions ${completed} completed: see ${logOf(trial, 'run')}`);
  refuseWarnings(await mustWork(trial, 'run', 'node', [program, 'audit']));
  return `${completed} completed, audited`;
}

/**
 * Node's own warnings, of what is deprecated or experimental, have no place on a terminal.
 * @param {string} output
 */
function refuseWarnings(output) {
  const warning = output.split('\n').find((line) => /^\(node:\d+\) /.test(line));
  if (warning !== undefined) throw new Fault(warning);
}

/**
 * @param {Trial} trial
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 */
async function mustWork(trial, name, command, args, environment = {}) {
  const { code, output } = await logged(trial, name, command, args, environment);
  if (code === 0) return output;
  const words = output.split('\n').filter((line) => line.trim() !== '');
  throw new Fault([`${[command, ...args].join(' ')} ended with ${code}`, ...words.slice(-WORDS_MAX)].join('\n'));
}

/**
 * Runs a program of the Node that is tried; what it prints is also kept.
 * @param {Trial} trial
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 */
async function logged(trial, name, command, args, environment = {}) {
  const env = { ...environmentOf(trial), ...environment };
  const result = await captured(command, args, { cwd: trial.folder, env, signal: trial.signal });
  appendFileSync(logOf(trial, name), `$ ${[command, ...args].join(' ')}\n${result.output}`);
  return result;
}

/**
 * @param {Trial} trial
 * @param {string} name
 */
function logOf({ release }, name) {
  return join(dirname(release.folder), `${release.version}-${name}.log`);
}

/**
 * Ours without what npm adds for its scripts, and with the Node that is tried before any other.
 * @param {Trial} trial
 */
function environmentOf({ release }) {
  const ours = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE$|FORCE_COLOR$)/.test(name));
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !/[\\/](node_modules[\\/]\.bin|node-gyp-bin)$/.test(folder));
  return {
    ...Object.fromEntries(ours),
    PATH: [join(release.folder, 'bin'), ...path].join(delimiter),
    NO_COLOR: '1',
  };
}
