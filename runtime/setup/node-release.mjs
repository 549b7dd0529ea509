import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { captured } from './child.mjs';
import { Fault } from './fault.mjs';
import { inRoot } from './places.mjs';

/** Releases are kept here, one folder each. */
const RELEASES = inRoot('.cache', 'nodes');
/** npm's package of Node for this machine: the program and its headers, without npm. */
const PACKAGE = `node-${process.platform}-${process.arch}`;

/**
 * A Node as one has it who installs it: with the npm that it brings.
 * @typedef {{ version: string, npm: string, folder: string }} NodeRelease
 */

/**
 * Fetches the newest release of a line of Node, unless it is there already, and lays it out as an installation is.
 * @param {string} line `24`, `20.19` or a whole version.
 * @returns {Promise<NodeRelease>}
 */
export async function fetchRelease(line) {
  const version = await newestOf(line);
  const folder = join(RELEASES, version);
  if (!existsSync(folder)) {
    mkdirSync(RELEASES, { recursive: true });
    const fresh = mkdtempSync(join(RELEASES, 'fetching-'));
    try {
      await unpack(`${PACKAGE}@${version}`, fresh);
      const modules = join(fresh, 'lib', 'node_modules');
      await unpack(`npm@${npmOf(fresh)}`, join(modules, 'npm'));
      for (const name of ['npm', 'npx'])
        symlinkSync(join('..', 'lib', 'node_modules', 'npm', 'bin', `${name}-cli.js`), join(fresh, 'bin', name));
      chmodSync(fresh, 0o755);
      renameSync(fresh, folder);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return { version, npm: npmOf(folder), folder };
}

/** @param {string} line */
async function newestOf(line) {
  if (!/^\d+(\.\d+){0,2}$/.test(line)) throw new Fault(`"${line}" is no version of Node: 24, 20.19 and 22.12.0 are`);
  const { code, output } = await captured('npm', ['view', `${PACKAGE}@${line}`, 'version', '--json', '--silent']);
  /** @type {string[]} */
  const versions = code === 0 && output.trim() !== '' ? [JSON.parse(output)].flat() : [];
  const newest = versions.sort((one, other) => one.localeCompare(other, 'en', { numeric: true })).at(-1);
  if (newest === undefined) throw new Fault(`npm gives no ${PACKAGE}@${line}`);
  return newest;
}

/**
 * @param {string} spec
 * @param {string} into A folder; it may be there already.
 */
async function unpack(spec, into) {
  mkdirSync(into, { recursive: true });
  const place = mkdtempSync(join(RELEASES, 'packed-'));
  try {
    await mustWork('npm', ['pack', spec, '--silent', '--pack-destination', place]);
    const [archive = ''] = readdirSync(place);
    await mustWork('tar', ['-xzf', join(place, archive), '-C', place]);
    cpSync(join(place, 'package'), into, { recursive: true });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/**
 * Which npm a release of Node brings; its changelog tells each change of it, the newest first.
 * @param {string} folder
 */
export function npmOf(folder) {
  const [, version] = /upgrade npm to (\d+\.\d+\.\d+)/.exec(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')) ?? [];
  if (version === undefined) throw new Fault(`${folder}/CHANGELOG.md does not tell which npm this Node brings`);
  return version;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
async function mustWork(command, args) {
  const { code, output } = await captured(command, args);
  if (code !== 0) throw new Fault(`${[command, ...args].join(' ')} failed: ${output.trim().split('\n').at(-1)}`);
}
