import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOCKET = '/var/run/docker.sock';
/** Of no account, so that none has to be made; the engine asks for the group of its socket alone. */
const UID = 64_123;

/** What a test process has become, for good. */
export interface DockerMember {
  /** Where its home, its temporary files and its runtime directory are. */
  readonly directory: string;
  /** Removes the directory. */
  close(): void;
}

/**
 * Makes this process a user that isn't root but may use Docker, as a member of the group `docker` does; where it isn't
 * root it stays who it is. There is no way back, so the test file needs a process of its own (`isolate: true`), and the
 * clone must be readable for everybody.
 */
export function becomeDockerMember(): DockerMember {
  const directory = mkdtempSync(join(tmpdir(), 'bp-member-'));
  if (process.getuid!() === 0) {
    const { gid } = statSync(SOCKET);
    chownSync(directory, UID, UID);
    process.setgroups!([gid]);
    process.setgid!(UID);
    process.setuid!(UID);
  }
  for (const name of ['HOME', 'TMPDIR']) process.env[name] = directory;
  return { directory, close: () => rmSync(directory, { recursive: true, force: true }) };
}
