import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLine } from './child.mjs';
import { Fault } from './fault.mjs';
import { alone } from './lock.mjs';
import { installPackage } from './packages.mjs';
import { inRoot } from './places.mjs';

/** Gone after a restart of the machine, as Podman wants it of its run root. */
const PLACE = '/run/bp-agents-podman';
/** Images and volumes. Nothing else of the machine's Podman is used, and nothing of it touched. */
const STORE = '/var/lib/bp-agents-podman';
const SOCKET = join(PLACE, 'podman.sock');
const PIDFILE = join(PLACE, 'pid');
const LOG = '/var/log/bp-agents-podman.log';
const DOCKER_SOCKET = '/var/run/docker.sock';
const IMAGE = agentImage();
/** The service ends by itself when nobody has asked it anything for so long. */
const IDLE_SECONDS = 900;
const ANSWER_MS = 5_000;
const COPY_MS = 300_000;
const START_MS = 30_000;
const POLL_MS = 50;

/** What `DOCKER_HOST` is to be for the tests' Podman; `test/engines` names it too. */
const PODMAN_HOST = `unix://${SOCKET}`;

/**
 * Sees to it that a Podman of the tests' own answers at `PODMAN_HOST` and has Docker's agent image.
 * @param {(doing: string) => void} say
 */
export function ensurePodman(say) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Fault('only root, on Linux, can start the Podman that the tests use');
  return alone(
    'podman',
    () => say('waiting for another set-up'),
    async () => {
      if (!isInstalled()) await installPackage('podman', "the sandbox's tests run on it too", say, { lean: true });
      const version = (await versionOfService()) ?? (await startService(say));
      const copied = await ensureImage(say);
      return `Podman ${version}${copied ? ', with the agent image copied from Docker' : ''}`;
    },
  );
}

/** The name that the program gives it, as the schema of its configuration has it. */
function agentImage() {
  const { properties } = JSON.parse(readFileSync(inRoot('docs', 'config.schema.json'), 'utf8'));
  return /** @type {string} */ (properties.sandbox.properties.image.default);
}

function isInstalled() {
  return existsSync('/usr/bin/podman') || existsSync('/usr/local/bin/podman');
}

/** @param {(doing: string) => void} say */
async function startService(say) {
  say('starting the service');
  for (const directory of [PLACE, STORE]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  endOldService();
  const [storage, containers] = [join(PLACE, 'storage.conf'), join(PLACE, 'containers.conf')];
  writeFileSync(storage, storageSettings());
  writeFileSync(containers, containersSettings());
  const descriptor = openSync(LOG, 'a', 0o600);
  const env = { ...process.env, CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF: containers };
  const args = ['--log-level=error', 'system', 'service', `--time=${IDLE_SECONDS}`, PODMAN_HOST];
  const service = spawn('podman', args, { detached: true, stdio: ['ignore', descriptor, descriptor], cwd: '/', env });
  closeSync(descriptor);
  service.on('error', () => {});
  service.unref();
  if (service.pid !== undefined) writeFileSync(PIDFILE, String(service.pid));
  const until = Date.now() + START_MS;
  while (Date.now() < until && service.exitCode === null) {
    const version = await versionOfService();
    if (version) return version;
    await sleep(POLL_MS);
  }
  throw new Fault(`Podman's service was started but does not answer: ${lastLine(LOG)} (all of it: ${LOG})`);
}

/** One that still runs but doesn't answer, and its socket. */
function endOldService() {
  rmSync(SOCKET, { force: true });
  try {
    const pid = Number(readFileSync(PIDFILE, 'utf8'));
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(PODMAN_HOST)) process.kill(pid, 'SIGKILL');
  } catch {
    // There is none.
  }
}

function storageSettings() {
  return `[storage]\ndriver = "overlay"\nrunroot = "${PLACE}/run"\ngraphroot = "${STORE}/storage"\n`;
}

/** It needs no systemd, and its locks are its own: those in shared memory belong to every Podman of the machine. */
function containersSettings() {
  // crun, the other default, starts nothing where cgroup v1 and v2 are mounted side by side.
  const runc = ['/usr/bin/runc', '/usr/sbin/runc'].some((path) => existsSync(path)) ? 'runtime = "runc"\n' : '';
  return `[containers]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "${PLACE}/tmp"
volume_path = "${STORE}/volumes"
${runc}[network]
network_config_dir = "${STORE}/networks"
`;
}

/**
 * Brings Docker's agent image over where Podman has none or another; true where it had to.
 * @param {(doing: string) => void} say
 */
async function ensureImage(say) {
  const wanted = await imageId(DOCKER_SOCKET);
  if (wanted === undefined)
    throw new Fault(`Docker has no ${IMAGE}: run \`node runtime/setup/enter.cjs set-up image\``);
  if ((await imageId(SOCKET)) === wanted) return false;
  say(`copying ${IMAGE}`);
  const saved = await open(DOCKER_SOCKET, 'GET', `/images/${IMAGE}/get`, COPY_MS);
  if (saved.statusCode !== 200) throw new Fault(`Docker does not give ${IMAGE}: status ${saved.statusCode}`);
  await load(saved);
  // A failure is told within an answer that began as a success.
  if ((await imageId(SOCKET)) !== wanted) throw new Fault(`Podman did not take over ${IMAGE} (its words: ${LOG})`);
  const dangling = encodeURIComponent(JSON.stringify({ dangling: ['true'] }));
  await text(await open(SOCKET, 'POST', `/images/prune?filters=${dangling}`, COPY_MS));
  return true;
}

/** @param {import('node:stream').Readable} archive */
async function load(archive) {
  const headers = { 'content-type': 'application/x-tar' };
  const call = request({ socketPath: SOCKET, path: '/images/load', method: 'POST', headers, timeout: COPY_MS });
  call.on('timeout', () => call.destroy(new Fault('Podman did not take the image in time')));
  /** @type {Promise<import('node:http').IncomingMessage>} */
  const answered = new Promise((resolve, reject) => {
    call.once('response', resolve);
    call.once('error', reject);
  });
  const [answer] = await Promise.all([answered, pipeline(archive, call)]);
  await text(answer);
}

/**
 * Undefined where the engine has none of that name.
 * @param {string} socketPath
 * @returns {Promise<string | undefined>}
 */
async function imageId(socketPath) {
  const answer = await open(socketPath, 'GET', `/images/${IMAGE}/json`);
  const body = await text(answer);
  return answer.statusCode === 200 ? JSON.parse(body).Id : undefined;
}

/**
 * Undefined where none answers.
 * @returns {Promise<string | undefined>}
 */
async function versionOfService() {
  try {
    return JSON.parse(await text(await open(SOCKET, 'GET', '/version'))).Version;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} socketPath
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {number} timeout Of silence.
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
function open(socketPath, method, path, timeout = ANSWER_MS) {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, timeout }, resolve);
    call.on('timeout', () => call.destroy(new Fault(`${socketPath} did not answer in ${timeout / 1000} s`)));
    call.on('error', reject);
    call.end();
  });
}

/** @param {import('node:http').IncomingMessage} answer */
async function text(answer) {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
