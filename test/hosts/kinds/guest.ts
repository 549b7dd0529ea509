import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveImage } from '../image-copy.ts';
import { NotHere, type HostKind } from '../host.ts';

const SCRIPTS = join(import.meta.dirname, '..', 'guest');
const NEEDED = ['/usr/bin/mmdebstrap', '/usr/share/keyrings/debian-archive-keyring.gpg'];

/**
 * Its kernel has one processor and counts in ticks of 10 ms. Among a few dozen processes that spin, each of the lowest
 * priority, one that sleeps and looks in turn was seen to wait up to two seconds for its processor: the supervisor is
 * late by as much, and fork storms take what they like.
 */
export const guest: HostKind = {
  name: 'guest',
  title: 'Docker 26.1 on cgroup v2, as root (a guest of user-mode Linux; hostile: all but the fork storms)',
  leftOutTest: 'resources fork storms',
  contract: ['docker', 'test/docker/contract.test.ts'],
  up(say) {
    if (process.platform !== 'linux' || process.arch !== 'x64') throw new NotHere('its kernel is for Linux on x64');
    if (process.getuid!() !== 0) throw new NotHere('only root can make its files');
    const missing = NEEDED.find((path) => !existsSync(path));
    if (missing !== undefined) throw new NotHere(`${missing} is not installed`);
    const directory = mkdtempSync(join(tmpdir(), 'bp-guest-'));
    const down = () => {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    };
    const shared = join(directory, 'shared');
    mkdirSync(shared);
    say('making a guest of packages from a mirror, about two minutes');
    try {
      execFileSync('sh', [join(SCRIPTS, 'make.sh'), directory, process.execPath], { stdio: 'inherit' });
      saveImage(process.env['DOCKER_HOST'], join(shared, 'image.tar'));
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
    return Promise.resolve({ environment: {}, as: ['sh', join(SCRIPTS, 'run.sh'), directory], shared, down });
  },
};
