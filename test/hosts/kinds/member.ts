import { execFileSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotHere, type HostKind } from '../host.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SOCKET = '/var/run/docker.sock';
/** Of no account, so that none has to be made; the engine asks for the group of its socket alone. */
const UID = 64_124;

/** A user who isn't root but may use the engine, in a copy of this clone, since tests write into it. */
export const member: HostKind = {
  name: 'member',
  title: "this machine's Docker, as a member of its group",
  contract: ['engines', 'test/engines/docker-member.test.ts'],
  up() {
    if (process.platform !== 'linux' || process.getuid!() !== 0) throw new NotHere('only root can become another user');
    const place = mkdtempSync(join(tmpdir(), 'bp-member-'));
    const [clone, home] = [join(place, 'clone'), join(place, 'home')];
    copyClone(clone);
    mkdirSync(home);
    execFileSync('chown', ['-R', '--no-dereference', `${UID}:${UID}`, place]);
    const { gid } = statSync(SOCKET);
    const user = ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, `--groups=${gid}`];
    return Promise.resolve({
      clone,
      as: user,
      environment: { HOME: home, TMPDIR: home },
      down() {
        rmSync(place, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  },
};

/** All but what git and the economies of this clone keep; each package is a link to the one here. */
function copyClone(clone: string): void {
  mkdirSync(clone);
  const apart = ['.git', '.bp-agents', '.cache', 'workspaces', 'node_modules'];
  for (const name of readdirSync(ROOT))
    if (!apart.includes(name)) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  for (const folder of ['workspaces', 'node_modules', 'node_modules/.cache']) mkdirSync(join(clone, folder));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name === '.cache' || name === '.vite' || name === '.vite-temp') continue;
    const target = join(ROOT, 'node_modules', name);
    symlinkSync(target, join(clone, 'node_modules', name), lstatSync(target).isDirectory() ? 'dir' : 'file');
  }
  chownSync(clone, UID, UID);
}
