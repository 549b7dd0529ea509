import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSshHost } from '../../helpers/ssh-host.ts';
import { startTlsHost } from '../../helpers/tls-host.ts';
import { NotHere, type Host, type HostKind } from '../host.ts';
import { copyImage } from '../image-copy.ts';

const SCRIPT = join(import.meta.dirname, '..', 'engine-apart.sh');
const ROOT = join(import.meta.dirname, '..', '..', '..');
const SHIPPED = { BP_SANDBOX__WORKSPACE_PLACEMENT: 'shipped' };

/** An engine that sees no folder of this machine, at a socket. */
export const apart: HostKind = {
  name: 'apart',
  title: 'an engine that sees no folder of this machine, by its socket',
  contract: ['engines', 'test/engines/shipped.test.ts'],
  async up() {
    const engine = await startEngine();
    return { environment: { ...SHIPPED, DOCKER_HOST: engine.host }, down: () => engine.down() };
  },
};

export const apartByTls: HostKind = {
  name: 'tls',
  title: 'the same by TCP and TLS',
  contract: ['engines', 'test/engines/tls.test.ts'],
  async up() {
    const engine = await startEngine();
    const way = await startTlsHost(engine.socket);
    return {
      environment: { ...SHIPPED, ...way.environment, DOCKER_HOST: way.address, BP_TEST_ENGINE: engine.host },
      contractEnvironment: { DOCKER_HOST: engine.host },
      async down() {
        way.close();
        await engine.down();
      },
    };
  },
};

export const apartBySsh: HostKind = {
  name: 'ssh',
  title: 'the same by ssh',
  contract: ['engines', 'test/engines/ssh.test.ts'],
  async up() {
    if (!existsSync('/usr/sbin/sshd')) throw new NotHere('openssh-server is not installed');
    const engine = await startEngine();
    const way = await startSshHost();
    const address = `${way.address}${engine.socket}`;
    return {
      environment: { ...SHIPPED, ...way.environment, DOCKER_HOST: address, BP_TEST_ENGINE: engine.host },
      contractEnvironment: { DOCKER_HOST: engine.host },
      async down() {
        await way.close();
        await engine.down();
      },
    };
  },
};

interface Engine extends Pick<Host, 'down'> {
  readonly socket: string;
  /** As `DOCKER_HOST`. */
  readonly host: string;
}

async function startEngine(): Promise<Engine> {
  if (process.platform !== 'linux' || process.getuid!() !== 0) throw new NotHere('only root, on Linux, can start one');
  const directory = mkdtempSync(join(tmpdir(), 'bp-apart-'));
  const log = join(directory, 'log');
  writeFileSync(log, '');
  // Whatever this clone lies in is hidden from it too.
  const env = { ...process.env, BP_HIDDEN: `/${ROOT.split('/')[1]}` };
  const engine = spawn('sh', ['-c', `exec "$0" "$1" >> "$1/log" 2>&1`, SCRIPT, directory], { env, stdio: 'ignore' });
  const ended = once(engine, 'exit');
  const socket = join(directory, 'run', 'docker.sock');
  const host = `unix://${socket}`;
  async function down() {
    engine.kill();
    await ended;
    execFileSync('sh', ['-c', 'umount -R "$0" 2> /dev/null; exit 0', directory]);
    rmSync(directory, { recursive: true, force: true });
  }
  try {
    await answering(host, ended);
    copyImage(process.env['DOCKER_HOST'], host);
  } catch (error) {
    const told = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '';
    await down();
    throw new Error(`the engine apart can't be had: ${told}`, { cause: error });
  }
  return { socket, host, down };
}

async function answering(host: string, ended: Promise<unknown>): Promise<void> {
  const env = { ...process.env, DOCKER_HOST: host };
  const isOver = ended.then(() => true);
  const pause = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 200));
  while (spawnSync('docker', ['version'], { env, stdio: 'ignore' }).status !== 0)
    if (await Promise.race([isOver, pause()])) throw new Error('it has ended');
}
