import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NotHere, type HostKind } from '../host.ts';

const ENTER = join(import.meta.dirname, '..', '..', '..', 'runtime', 'setup', 'enter.cjs');
/** Where `set-up podman` starts it. */
const PLACE = '/run/bp-agents-podman';

export const podman: HostKind = {
  name: 'podman',
  title: 'Podman as root, by its socket',
  contract: ['engines', 'test/engines/podman.test.ts'],
  up() {
    if (process.platform !== 'linux' || process.getuid!() !== 0) throw new NotHere('only root, on Linux, can start it');
    execFileSync(process.execPath, [ENTER, 'set-up', 'podman'], { stdio: 'inherit' });
    return Promise.resolve({
      environment: { DOCKER_HOST: `unix://${PLACE}/podman.sock` },
      down() {
        process.kill(Number(readFileSync(join(PLACE, 'pid'), 'utf8')));
        return Promise.resolve();
      },
    });
  },
};
