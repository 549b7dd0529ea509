import { existsSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { logged } from './child.mjs';
import { Fault } from './fault.mjs';

/** Waits that long for another package manager to finish. */
const APT_LOCK_SECONDS = 300;
const LOG = '/var/log/bp-agents-setup.log';

/**
 * Installs a system package with apt-get, after saying what and why and, on a terminal, asking.
 * Throws a `Fault` that says how to do it by hand where it may not, can't or fails.
 * @param {string} name
 * @param {string} why A clause: `agents run in containers`.
 * @param {(doing: string) => void} say
 * @param {{ lean?: boolean }} options Lean: without the packages that it only recommends.
 */
export async function installPackage(name, why, say, { lean = false } = {}) {
  const obstacle = whyNot(name);
  if (obstacle) throw new Fault(obstacle);
  say('');
  console.log(`${name} is not installed, and ${why}: it will be installed with apt-get (BP_INSTALL=never forbids it).`);
  if (!(await agreed(`Install ${name} now? [Y/n] `)))
    throw new Fault(`${name} is needed and was declined: ${byHand(name)}, then repeat`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };
  const lock = ['-o', `DPkg::Lock::Timeout=${APT_LOCK_SECONDS}`];
  const since = existsSync(LOG) ? statSync(LOG).size : 0;
  try {
    say('apt-get update');
    await logged('apt-get', [...lock, 'update'], { log: LOG, env });
    say(`apt-get install ${name}`);
    const options = lean ? ['--yes', '--no-install-recommends'] : ['--yes'];
    await logged('apt-get', [...lock, 'install', ...options, name], { log: LOG, env });
  } catch {
    throw new Fault(`apt-get could not install ${name}: ${firstComplaint(since)} (all of it: ${LOG})`);
  }
}

/**
 * The first warning or error that apt-get wrote; the later ones mostly follow from it.
 * @param {number} since Where in the log this installation begins.
 */
function firstComplaint(since) {
  const lines = readFileSync(LOG).subarray(since).toString().split('\n');
  return (
    lines.find((line) => /^[EW]: /.test(line))?.slice(3) ?? lines.findLast((line) => line !== '') ?? 'no reason given'
  );
}

/**
 * Why this machine or its user does not let us install packages; undefined where they do.
 * @param {string} name
 */
function whyNot(name) {
  const mend = `${byHand(name)}, then repeat`;
  if (!isDebian()) return `${name} is needed: ${mend}`;
  if (process.env['BP_INSTALL'] === 'never') return `${name} is needed, and BP_INSTALL=never forbids it: ${mend}`;
  if (process.getuid?.() !== 0) return `${name} is needed: ${mend}`;
  return undefined;
}

/**
 * How a person installs it.
 * @param {string} name
 */
export function byHand(name) {
  return isDebian()
    ? `install it with \`sudo apt-get install ${name}\``
    : "install it with your system's package manager";
}

function isDebian() {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/**
 * Without a terminal nobody can be asked, and it goes on.
 * @param {string} question
 */
async function agreed(question) {
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env['CI']) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(question);
    return /^\s*(y(es)?)?\s*$/i.test(answer);
  } finally {
    terminal.close();
  }
}
