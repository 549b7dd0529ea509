import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLine, logged } from './child.mjs';
import { Fault } from './fault.mjs';
import { alone } from './lock.mjs';
import { byHand, installPackage } from './packages.mjs';

const SOCKET = '/var/run/docker.sock';
const DAEMON_LOG = '/var/log/dockerd.log';
const PIDFILE = '/var/run/docker.pid';
const ANSWER_MS = 5_000;
const START_MS = 60_000;
const POLL_MS = 250;
/** How long a daemon that the package itself started gets before we start one. */
const GRACE_MS = 3_000;

/**
 * Sees to it that a Docker engine answers: installs and starts one where that is ours to do.
 * An engine chosen with DOCKER_HOST or a context is the operator's own; the program itself checks it.
 * @param {(doing: string) => void} say
 */
export async function ensureEngine(say) {
  const chosen = chosenElsewhere();
  if (chosen) return `as ${chosen} says`;
  const found = await ask();
  if (found.state === 'answers') return `Docker ${found.version}`;
  refuseUnless(found.state);
  // Two clones share the machine's one engine, so this lock is not the clone's.
  return alone(
    'engine',
    () => say('waiting for another set-up'),
    () => mend(say),
  );
}

/** @param {(doing: string) => void} say */
async function mend(say) {
  const found = await ask();
  if (found.state === 'answers') return `Docker ${found.version}`;
  if (!isInstalled()) {
    await installPackage('docker.io', 'bp-agents runs every agent in a container', say);
    say('waiting for the engine');
    const started = await waitForAnswer(GRACE_MS, () => true);
    if (started) return `Docker ${started}, installed`;
  }
  say('starting the engine');
  return `Docker ${await startDaemon()}, started`;
}

/** @returns {Promise<string>} The engine's version. */
async function startDaemon() {
  let alive = () => true;
  let log = 'journalctl -u docker';
  if (existsSync('/run/systemd/system')) {
    await logged('systemctl', ['start', 'docker'], { log: DAEMON_LOG });
  } else {
    log = DAEMON_LOG;
    const descriptor = openSync(DAEMON_LOG, 'a', 0o600);
    const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', descriptor, descriptor], cwd: '/' });
    closeSync(descriptor);
    daemon.on('error', () => {});
    daemon.unref();
    // Where one runs already, ours ends at once and the other one will answer.
    alive = () => daemon.exitCode === null || otherDaemonRuns();
  }
  const version = await waitForAnswer(START_MS, alive);
  if (version) return version;
  const cause = log === DAEMON_LOG ? `: ${lastLine(DAEMON_LOG)}` : '';
  throw new Fault(`the Docker engine was started but does not answer${cause} (all of it: ${log})`);
}

function otherDaemonRuns() {
  try {
    return existsSync(`/proc/${Number(readFileSync(PIDFILE, 'utf8'))}`);
  } catch {
    return false;
  }
}

/**
 * @param {number} limitMs
 * @param {() => boolean} alive
 */
async function waitForAnswer(limitMs, alive) {
  const until = Date.now() + limitMs;
  while (Date.now() < until) {
    const found = await ask();
    if (found.state === 'answers') return found.version;
    if (!alive()) return undefined;
    await sleep(POLL_MS);
  }
  return undefined;
}

/**
 * Ends with one line where the engine is there but out of reach, or is not ours to start.
 * @param {'denied' | 'absent' | 'silent'} state
 */
function refuseUnless(state) {
  if (state === 'silent') throw new Fault(`the Docker engine at ${SOCKET} does not answer: restart it, then repeat`);
  const join = `sudo usermod -aG docker ${userInfo().username}`;
  if (state === 'denied')
    throw new Fault(`${SOCKET} refuses this user: run \`${join}\`, log in again (or \`newgrp docker\`), then repeat`);
  if (process.platform !== 'linux') throw new Fault(`no Docker engine answers at ${SOCKET}: start one, then repeat`);
  if (process.getuid?.() === 0) return;
  const how = isInstalled() ? 'start it with `sudo systemctl start docker`' : byHand('docker.io');
  throw new Fault(
    `no Docker engine answers at ${SOCKET}: ${how}, join its group with \`${join}\`, log in again, then repeat`,
  );
}

function isInstalled() {
  return existsSync('/usr/bin/dockerd') || existsSync('/usr/sbin/dockerd');
}

/** What names another engine than the default socket's; the order is the Docker CLI's. */
function chosenElsewhere() {
  for (const name of ['DOCKER_HOST', 'DOCKER_CONTEXT'])
    if (process.env[name] && process.env[name] !== 'default') return name;
  const directory = process.env['DOCKER_CONFIG'] || join(homedir(), '.docker');
  try {
    const { currentContext } = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));
    return currentContext && currentContext !== 'default' ? `the Docker context ${currentContext}` : undefined;
  } catch {
    return undefined;
  }
}

/** @typedef {{ state: 'answers', version: string } | { state: 'denied' | 'absent' | 'silent' }} Found */

/** @returns {Promise<Found>} */
function ask() {
  return new Promise((resolve) => {
    const call = request({ socketPath: SOCKET, path: '/version', timeout: ANSWER_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text) => (body += text));
      response.on('end', () => resolve(readVersion(body)));
      response.on('error', () => resolve({ state: 'silent' }));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', (/** @type {NodeJS.ErrnoException} */ { code }) => {
      if (code === 'EACCES' || code === 'EPERM') resolve({ state: 'denied' });
      else resolve({ state: code === 'ENOENT' || code === 'ECONNREFUSED' ? 'absent' : 'silent' });
    });
    call.end();
  });
}

/**
 * @param {string} body
 * @returns {Found}
 */
function readVersion(body) {
  try {
    const { Version } = JSON.parse(body);
    return typeof Version === 'string' ? { state: 'answers', version: Version } : { state: 'silent' };
  } catch {
    return { state: 'silent' };
  }
}
