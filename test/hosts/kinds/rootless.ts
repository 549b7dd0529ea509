import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../daemon.ts';
import { NotHere, type HostKind } from '../host.ts';

const SCRIPT = join(import.meta.dirname, '..', 'engine-rootless.sh');
const NEEDED = ['/usr/bin/rootlesskit', '/usr/bin/slirp4netns', '/usr/bin/newuidmap', '/usr/bin/fuse-overlayfs'];
const USER = 'bp-test-rootless';
/** Far from those that an administrator gives away. */
const SUBORDINATE = { first: 3_000_000, count: 65_536 };
const IDS = ['/etc/subuid', '/etc/subgid'];

/** On cgroup v1 it holds neither memory nor CPU time. */
export const rootless: HostKind = {
  name: 'rootless',
  title: 'rootless Docker on cgroup v1 (hostile: all but resources)',
  leftOut: 'test/hostile/resources.test.ts',
  contract: ['engines', 'test/engines/rootless.test.ts'],
  async up() {
    if (process.platform !== 'linux' || process.getuid!() !== 0) throw new NotHere('only root can make its user');
    const missing = NEEDED.find((path) => !existsSync(path));
    if (missing !== undefined) throw new NotHere(`${missing} is not installed`);
    const directory = mkdtempSync(join(tmpdir(), 'bp-rootless-'));
    addUser();
    try {
      const engine = await startDaemon({ script: SCRIPT, args: [USER], directory });
      return {
        environment: {
          DOCKER_HOST: engine.host,
          BP_ROOTLESS_HOST: engine.host,
          BP_SANDBOX__WORKSPACE_PLACEMENT: 'shipped',
          BP_SANDBOX__ACCEPT_UNHELD: '[memory, cpu]',
        },
        async down() {
          endAllOfUser();
          await engine.down();
          removeUser();
        },
      };
    } catch (error) {
      removeUser();
      throw error;
    }
  },
};

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
