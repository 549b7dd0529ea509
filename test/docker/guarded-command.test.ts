import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { EXIT_LATE, guardedCommand } from '../../src/sandbox/docker/install/guarded-command.ts';
import { IMAGE } from '../helpers/supervised.ts';

const USER = { uid: 4711, gid: 4712 };

/** Runs it in a container as an installation has it. */
function run(script: string, secondsMax?: number) {
  const command = guardedCommand(USER, ['sh', '-c', script], secondsMax === undefined ? {} : { secondsMax });
  const rights = ['--cap-drop', 'ALL', '--cap-add', 'SETUID', '--cap-add', 'SETGID', '--tmpfs', '/workspace'];
  const child = spawn(
    'docker',
    ['run', '--rm', '--interactive', '--network', 'none', ...rights, '--entrypoint', 'sh', IMAGE, ...command.slice(1)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = once(child, 'close').then(([code]) => code as number);
  return { child, status, output: () => output };
}

describe('a guarded command', () => {
  it('runs as its user in the workspace with no rights, and its status is that of the container', async () => {
    const { status, output } = run('id -u; id -g; id -G; pwd; grep CapEff /proc/self/status; exit 7');
    expect(await status).toBe(7);
    expect(output().split('\n')).toEqual(['4711', '4712', '4712', '/workspace', 'CapEff:\t0000000000000000', '']);
  });

  it('ends with all that it started when its time is over', async () => {
    const { status } = run('(trap "" TERM USR1; sleep 600) & sleep 600', 1);
    expect(await status).toBe(EXIT_LATE);
  });

  it('ends when its input does, whatever it does against that', async () => {
    const { child, status, output } = run(
      'kill -STOP 1; kill -KILL -1; trap "" TERM; echo begun; while true; do sleep 1; done',
    );
    while (!output().includes('begun')) await once(child.stdout, 'data');
    child.stdin.end();
    expect(await status).not.toBe(0);
  });
});
