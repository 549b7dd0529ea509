import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';

/** An ssh server of the test's own on a port of this machine, into which this user may log in. */
export interface SshHost {
  /** `ssh://…`; a path behind it names the engine's socket over there. */
  readonly address: string;
  /** What lets this machine's ssh know the server and log in there: PATH, with an ssh of its own settings. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether its key is among those that ssh knows. */
  know(isKnown: boolean): void;
  /** Ends those who are logged in. */
  dropAll(): void;
  close(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';

export async function startSshHost(): Promise<SshHost> {
  const place = mkdtempSync(join(tmpdir(), 'bp-sshd-'));
  const at = (name: string) => join(place, name);
  for (const name of ['host', 'me']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  writeFileSync(at('authorized'), readFileSync(at('me.pub')));
  // Where sshd runs as root it wants this folder of Debian's.
  if (process.getuid!() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const port = await freePort();
  const settings = [
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host')}`, `PidFile ${at('pid')}`],
    ...[`AuthorizedKeysFile ${at('authorized')}`, 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes'],
  ];
  writeFileSync(at('sshd_config'), settings.map((line) => `${line}\n`).join(''));
  const server = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore', detached: true });
  await answering(port);

  const known = `[127.0.0.1]:${port} ${readFileSync(at('host.pub'), 'utf8')}`;
  const know = (isKnown: boolean) => writeFileSync(at('known'), isKnown ? known : '');
  know(true);
  writeFileSync(at('config'), `IdentityFile ${at('me')}\nIdentitiesOnly yes\nUserKnownHostsFile ${at('known')}\n`);
  mkdirSync(at('bin'));
  const ssh = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
  writeFileSync(at('bin/ssh'), `#!/bin/sh\nexec ${ssh} -F ${at('config')} "$@"\n`);
  chmodSync(at('bin/ssh'), 0o755);
  return {
    address: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    environment: { PATH: `${at('bin')}${delimiter}${process.env['PATH'] ?? ''}` },
    know,
    dropAll() {
      for (const pid of childrenOf(server.pid!)) process.kill(pid, 'SIGKILL');
    },
    async close() {
      process.kill(-server.pid!, 'SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      rmSync(place, { recursive: true });
    },
  };
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answering(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      socket.destroy();
    }
  }
}
