import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSshHost } from '../../helpers/ssh-host.ts';
import { startTlsHost } from '../../helpers/tls-host.ts';
import { startDaemon, type Daemon } from '../daemon.ts';
import { NotHere, type HostKind } from '../host.ts';

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

function startEngine(): Promise<Daemon> {
  if (process.platform !== 'linux' || process.getuid!() !== 0) throw new NotHere('only root, on Linux, can start one');
  const directory = mkdtempSync(join(tmpdir(), 'bp-apart-'));
  // Whatever this clone lies in is hidden from it too.
  return startDaemon({ script: SCRIPT, directory, environment: { BP_HIDDEN: `/${ROOT.split('/')[1]}` } });
}
