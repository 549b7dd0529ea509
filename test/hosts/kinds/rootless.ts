import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../daemon.ts';
import { NotHere, type Host, type HostKind } from '../host.ts';

const SCRIPT = join(import.meta.dirname, '..', 'engine-rootless.sh');
const USER = 'bp-test-rootless';
/** Far from those that an administrator gives away. */
const SUBORDINATE = { first: 3_000_000, count: 65_536 };
const IDS = ['/etc/subuid', '/etc/subgid'];

/** On cgroup v1 neither of them holds memory or CPU time. */
const ROOTLESS = {
  leftOut: 'test/hostile/resources.test.ts',
  contract: ['engines', 'test/engines/rootless.test.ts'],
} as const;

export const rootless: HostKind = {
  ...ROOTLESS,
  name: 'rootless',
  title: 'rootless Docker on cgroup v1 (hostile: all but resources)',
  up: () =>
    rootlessEngine({
      engine: 'docker',
      needed: ['/usr/bin/rootlesskit', '/usr/bin/slirp4netns', '/usr/bin/newuidmap', '/usr/bin/fuse-overlayfs'],
      hostVariable: 'BP_ROOTLESS_HOST',
    }),
};

export const rootlessPodman: HostKind = {
  ...ROOTLESS,
  name: 'rootless-podman',
  title: 'rootless Podman on cgroup v1 (hostile: all but resources)',
  up: () =>
    rootlessEngine({
      engine: 'podman',
      needed: ['/usr/bin/podman', '/usr/bin/newuidmap', '/usr/sbin/runc'],
      hostVariable: 'BP_ROOTLESS_PODMAN_HOST',
    }),
};

interface RootlessEngine {
  readonly engine: 'docker' | 'podman';
  readonly needed: readonly string[];
  /** Where the contract's tests look for it. */
  readonly hostVariable: string;
}

async function rootlessEngine({ engine, needed, hostVariable }: RootlessEngine): Promise<Host> {
  if (process.platform !== 'linux' || process.getuid!() !== 0) throw new NotHere('only root can make its user');
  const missing = needed.find((path) => !existsSync(path));
  if (missing !== undefined) throw new NotHere(`${missing} is not installed`);
  const directory = mkdtempSync(join(tmpdir(), 'bp-rootless-'));
  addUser();
  try {
    const daemon = await startDaemon({ script: SCRIPT, args: [USER, engine], directory });
    return {
      environment: {
        DOCKER_HOST: daemon.host,
        [hostVariable]: daemon.host,
        BP_SANDBOX__WORKSPACE_PLACEMENT: 'shipped',
        BP_SANDBOX__ACCEPT_UNHELD: '[memory, cpu]',
      },
      async down() {
        endAllOfUser();
        await daemon.down();
        removeUser();
      },
    };
  } catch (error) {
    removeUser();
    throw error;
  }
}

function addUser(): void {
  execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/sh', USER]);
  const line = `${USER}:${SUBORDINATE.first}:${SUBORDINATE.count}\n`;
  for (const path of IDS) if (!readFileSync(path, 'utf8').includes(`${USER}:`)) appendFileSync(path, line);
}

function removeUser(): void {
  endAllOfUser();
  spawnSync('userdel', [USER], { stdio: 'ignore' });
  for (const path of IDS) {
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.filter((line) => !line.startsWith(`${USER}:`)).join('\n'));
  }
}

/** What it has started runs as its user, or as one of those that this one may be. */
function endAllOfUser(): void {
  const own = spawnSync('id', ['-u', USER], { encoding: 'utf8' }).stdout.trim();
  const table = execFileSync('ps', ['-eo', 'pid=,uid='], { encoding: 'utf8' });
  for (const line of table.split('\n')) {
    const [pid = '', uid = ''] = line.trim().split(/\s+/);
    const place = Number(uid) - SUBORDINATE.first;
    if (uid !== '' && (uid === own || (place >= 0 && place < SUBORDINATE.count)))
      spawnSync('kill', ['-KILL', pid], { stdio: 'ignore' });
  }
}
