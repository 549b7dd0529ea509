import { appendFileSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputPath, outputSourcesPath } from '../../../src/config/home-places.ts';
import { sourceLine } from '../../../src/domain/output-source.ts';
import { cliHome, type CliHome, type RunningCommand } from '../../helpers/cli.ts';
import { bidFor, runningAgent, runWinners, settle, type TestEconomy } from '../../helpers/economy.ts';

let home: CliHome;
let economy: TestEconomy;
beforeEach(() => {
  home = cliHome();
  economy = home.open();
  mkdirSync(join(home.directory, '.bp-agents', 'logs', 'executions'), { recursive: true });
});
afterEach(() => {
  economy.close();
  home.remove();
});

/** Appends to what an execution printed. */
function prints(id: string, text: string | Uint8Array): void {
  appendFileSync(outputPath(home.directory, id), text);
}

/** The same by stderr. */
function complains(id: string, text: string): void {
  const path = outputPath(home.directory, id);
  const from = existsSync(path) ? statSync(path).size : 0;
  appendFileSync(outputSourcesPath(path), sourceLine(from, 'stderr') + sourceLine(from + text.length, 'stdout'));
  prints(id, text);
}

/** Another execution of an agent that lives already. */
function runsAgain(agentId: string): number {
  bidFor(economy, agentId);
  return runWinners(economy).get(agentId)!.execution.id;
}

async function said(command: RunningCommand, text: string): Promise<void> {
  while (!command.output.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('logs of an agent', () => {
  it('are those of its newest execution that has printed something', async () => {
    settle(economy, runningAgent(economy, 'ada').execution.id);
    settle(economy, runningAgent(economy, 'bob').execution.id);
    settle(economy, runsAgain('ada'));
    settle(economy, runsAgain('ada'));
    prints('exe_1', 'first\n');
    prints('exe_2', 'of bob\n');
    prints('exe_3', 'second\n');
    expect(await home.run('logs', 'ada')).toEqual({ exitCode: 0, stdout: 'second\n', stderr: '' });
    expect(await home.json('logs', 'ada')).toEqual({
      ...{ execution_id: 'exe_3', agent_id: 'ada' },
      ...{ output: 'second\n', stderr_lines: [], complete: true },
    });
    rmSync(outputPath(home.directory, 'exe_3'));
    expect((await home.run('logs', 'ada')).stdout).toBe('first\n');
  });

  it('tell which lines came by stderr', async () => {
    settle(economy, runningAgent(economy, 'ada').execution.id);
    prints('exe_1', 'one\ntwo, ');
    complains('exe_1', 'then\nthree\n');
    prints('exe_1', 'four\n');
    complains('exe_1', 'five');
    expect(await home.json('logs', 'ada')).toMatchObject({
      output: 'one\ntwo, then\nthree\nfour\nfive',
      stderr_lines: [
        [2, 3],
        [5, 5],
      ],
    });
    expect((await home.run('logs', 'ada')).stdout).toBe('one\ntwo, then\nthree\nfour\nfive\n');
  });

  it('are none where it printed nothing, or where nothing is kept', async () => {
    settle(economy, runningAgent(economy, 'ada').execution.id);
    const { exitCode, stderr } = await home.run('logs', 'ada');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'bp-agents: no execution of ada has printed anything that is still kept (execution_not_found)\n',
    });
  });
});

describe('logs --follow', () => {
  it('shows each line once it is whole, and ends with the execution', async () => {
    const { id } = runningAgent(economy, 'ada').execution;
    const following = home.start('logs', 'ada', '--follow');
    prints('exe_1', 'one\ntw');
    await said(following, 'one\n');
    expect(following.output).toBe('one\n');
    prints('exe_1', 'o\u001B[2J\n');
    await said(following, 'two␛[2J\n');
    prints('exe_1', Buffer.from('é').subarray(0, 1));
    await new Promise((resolve) => setTimeout(resolve, 300));
    prints('exe_1', Buffer.from('é').subarray(1));
    prints('exe_1', ' has no end');
    settle(economy, id, 'agent_error');
    const { exitCode, stdout, stderr } = await following.ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'one\ntwo␛[2J\né has no end\n' });
    expect(stderr).toBe(
      'exe_1 has not ended, but no run is going on: waiting for one\nexe_1 has ended: agent_error, agent_error\n',
    );
  });

  it('waits for a first line, and ends where none comes', async () => {
    const { id } = runningAgent(economy, 'ada').execution;
    const following = home.start('logs', 'exe_1', '-f');
    await new Promise((resolve) => setTimeout(resolve, 300));
    settle(economy, id);
    expect(await following.ended).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it('waits for the first execution of an agent that prints', async () => {
    const { id } = runningAgent(economy, 'ada').execution;
    settle(economy, id);
    const following = home.start('logs', 'ada', '--follow');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const next = runsAgain('ada');
    prints(`exe_${next}`, 'hello\n');
    await said(following, 'hello\n');
    settle(economy, next);
    const { exitCode, stdout, stderr } = await following.ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'hello\n' });
    expect(stderr).toContain('ada has printed nothing that is still kept: waiting for it\n');
  });

  it('refuses an agent that there is not, or that is dead and left nothing', async () => {
    expect(await home.run('logs', 'nobody', '--follow')).toMatchObject({ exitCode: 2 });
  });

  it('of one that has ended shows what there is', async () => {
    settle(economy, runningAgent(economy, 'ada').execution.id);
    prints('exe_1', 'all of it\n');
    expect(await home.run('logs', 'ada', '--follow')).toEqual({
      ...{ exitCode: 0, stdout: 'all of it\n' },
      stderr: 'exe_1 has ended: completed\n',
    });
  });

  it('ends on Ctrl-C without a word', async () => {
    runningAgent(economy, 'ada');
    prints('exe_1', 'one\n');
    const following = home.start('logs', 'ada', '--follow');
    await said(following, 'one\n');
    following.interrupt();
    expect(await following.ended).toMatchObject({ exitCode: 130, stdout: 'one\n' });
  });

  it('ends where nobody reads any more', async () => {
    runningAgent(economy, 'ada');
    prints('exe_1', 'one\n');
    const gone = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    expect(await home.runInto(gone, 'logs', 'ada', '--follow')).toBe(0);
  });

  it('ends where the file is taken away', async () => {
    runningAgent(economy, 'ada');
    prints('exe_1', 'one\n');
    const following = home.start('logs', 'ada', '--follow');
    await said(following, 'one\n');
    rmSync(outputPath(home.directory, 'exe_1'));
    const { exitCode, stderr } = await following.ended;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/what exe_1 prints is kept no longer\n$/);
  });

  it('prints lines, no JSON', async () => {
    runningAgent(economy, 'ada');
    expect(await home.run('logs', '1', '--follow', '--json')).toMatchObject({
      ...{ exitCode: 2, stdout: '' },
      stderr: expect.stringContaining('leave --json out') as string,
    });
  });

  it('follows no link', async () => {
    runningAgent(economy, 'ada');
    symlinkSync('/etc/passwd', outputPath(home.directory, 'exe_1'));
    const { exitCode, stdout, stderr } = await home.run('logs', '1', '--follow');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/it is a link \(log_unreadable\)\n$/);
  });
});

describe('executions', () => {
  interface Row {
    readonly output_last: string | null;
    readonly stderr_last: string | null;
  }
  const rows = () => home.json<readonly Row[]>('executions');
  const lastLines = async () => (await rows()).map(({ output_last: line }) => line);
  const lastComplaints = async () => (await rows()).map(({ stderr_last: line }) => line);

  it('show the last line of stderr of those that went wrong, and of all in JSON', async () => {
    settle(economy, runningAgent(economy, 'ada').execution.id);
    expect((await home.run('executions')).stdout).not.toContain('last of stderr');
    settle(economy, runsAgain('ada'), 'agent_error');
    prints('exe_1', 'all is well\n');
    prints('exe_2', 'so far so good\n');
    complains('exe_2', 'Traceback\r\n  File "main.py"\r\nValueError: \u001B]0;no\u0007\r\n\r\n');
    prints('exe_2', 'goodbye\n');
    expect(await lastLines()).toEqual(['all is well', 'goodbye']);
    expect(await lastComplaints()).toEqual([null, 'ValueError: \u001B]0;no\u0007']);
    const { stdout } = await home.run('executions');
    expect(stdout).toContain('ValueError: ␛]0;no␇');
    expect(stdout).not.toMatch(/all is well|goodbye/);
  });

  it('show none where nothing is kept, or where no file stands there', async () => {
    const { id } = runningAgent(economy, 'ada').execution;
    settle(economy, id, 'agent_error');
    expect(await lastLines()).toEqual([null]);
    symlinkSync('/etc/passwd', outputPath(home.directory, 'exe_1'));
    expect(await lastLines()).toEqual([null]);
    rmSync(outputPath(home.directory, 'exe_1'));
    mkdirSync(outputPath(home.directory, 'exe_1'));
    expect(await lastLines()).toEqual([null]);
  });

  it('look at no more than the end of a file', async () => {
    settle(economy, runningAgent(economy, 'ada').execution.id, 'agent_error');
    writeFileSync(outputPath(home.directory, 'exe_1'), `${'x'.repeat(1_000_000)}${'y'.repeat(4000)}`);
    const [line] = await lastLines();
    expect(line).toHaveLength(1000);
    expect(line).toMatch(/^…x+y+$/);
    prints('exe_1', '\nthe last\n');
    expect(await lastLines()).toEqual(['the last']);
    complains('exe_1', 'z'.repeat(10_000));
    prints('exe_1', 'a');
    complains('exe_1', 'b');
    const [complaint] = await lastComplaints();
    expect(complaint).toHaveLength(1000);
    expect(complaint).toMatch(/^…z+$/);
    prints('exe_1', '\n');
    complains('exe_1', '\nat last: ');
    prints('exe_1', 'x');
    complains('exe_1', 'nothing\n');
    expect(await lastComplaints()).toEqual(['at last: nothing']);
  });
});
