import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from './fault.mjs';
import { fetchRelease } from './node-release.mjs';
import { attemptAll, ATTEMPT_NAMES } from './node-trial.mjs';
import { copyTree } from './tree-copy.mjs';

/** The lines of Node on which everything has to work: the least release that package.json's `engines` names, and all that are maintained. */
export const NODE_LINES = ['20.19', '22', '24', '26'];
const KEEP = '--keep';

/** @typedef {{ node: string, npm: string, results: Record<string, string>, failures: string[] }} Row */

/**
 * `npm run test:nodes`: installs a copy of the tree under each supported Node, with the npm that it brings, and tries
 * types, build, tests and a run in real containers there. The last thing is a table, and a line for each failure.
 * @param {readonly string[]} args Lines or versions of Node, none for all; `--keep` leaves the copies where they are.
 */
export async function nodes(args) {
  const lines = args.filter((arg) => arg !== KEEP);
  // An interrupted trial still has its copy to remove.
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort(new Fault(`ended by ${name}`)));
  const options = { keep: args.includes(KEEP), signal: stop.signal };
  /** @type {Row[]} */
  const rows = [];
  for (const line of lines.length > 0 ? lines : NODE_LINES) {
    stop.signal.throwIfAborted();
    rows.push(await tryLine(line, options));
  }
  console.log(`\n${tableOf(rows).join('\n')}`);
  const failures = rows.flatMap(({ node, failures: reasons }) => reasons.map((reason) => `Node ${node}, ${reason}`));
  for (const failure of failures) console.log(failure);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

/** @typedef {{ keep: boolean, signal: AbortSignal }} Options */

/**
 * @param {string} line
 * @param {Options} options
 * @returns {Promise<Row>}
 */
async function tryLine(line, options) {
  /** @type {import('./node-release.mjs').NodeRelease} */
  let release;
  try {
    release = await fetchRelease(line);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { node: line, npm: '', results: {}, failures: [error.message] };
  }
  console.log(`Node ${release.version} with npm ${release.npm}`);
  return tryRelease(release, options);
}

/**
 * @param {import('./node-release.mjs').NodeRelease} release
 * @param {Options} options
 * @returns {Promise<Row>}
 */
async function tryRelease(release, { keep, signal }) {
  const folder = mkdtempSync(join(tmpdir(), `bp-agents-node-${release.version}-`));
  try {
    await copyTree(folder);
    const tried = await attemptAll({ release, folder, signal });
    return { node: release.version, npm: release.npm, ...tried };
  } finally {
    if (keep) console.log(`kept ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {readonly Row[]} rows
 * @returns {string[]} Lines.
 */
function tableOf(rows) {
  const cells = [
    ['Node', 'npm', ...ATTEMPT_NAMES],
    ...rows.map(({ node, npm, results }) => [node, npm, ...ATTEMPT_NAMES.map((name) => results[name] ?? '–')]),
  ];
  const widths = cells[0]?.map((_, place) => Math.max(...cells.map((row) => row[place]?.length ?? 0))) ?? [];
  return cells.map((row) =>
    row
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
