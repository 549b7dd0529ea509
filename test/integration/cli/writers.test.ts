import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compiled } from '../../helpers/compiled.ts';
import { INSTANT_RUN } from '../../helpers/spawned-run.ts';
import { cliHome, type CliEnd, type CliHome } from '../../helpers/cli.ts';
import { exitOf, until } from '../../helpers/program.ts';

// One run and many other writers, each in a process of its own.

const PAYER = await compiled(new URL('../../helpers/transferring.ts', import.meta.url));
/** Many cycles, and the supply of one that lasts 10 s. */
const FAST = ['market.cycle_seconds=0.1', 'market.supply.cpu_seconds=16'].flatMap((setting) => ['--set', setting]);

let home: CliHome;
const children: ChildProcess[] = [];
beforeEach(() => {
  home = cliHome();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    await exitOf(child);
  }
  home.remove();
});

function inProcess(script: string, ...args: readonly string[]): Promise<CliEnd> {
  return new Promise((resolve) => {
    const node = [script, ...args];
    execFile(process.execPath, node, { cwd: process.cwd() }, (error, stdout, stderr) =>
      resolve({ exitCode: error ? 1 : 0, stdout, stderr }),
    );
  });
}

const cli = (...args: readonly string[]) => inProcess(INSTANT_RUN, '--home', home.directory, ...args);
const cycle = async () => (await home.json<{ cycle: number }>('status')).cycle;

describe('while a run clears its cycles in a process of its own', () => {
  let run: ChildProcess;
  beforeEach(async () => {
    expect((await home.run('bootstrap', '--id', 'first')).stderr).toBe('');
    run = spawn(process.execPath, [INSTANT_RUN, '--home', home.directory, ...FAST, 'run', '--headless'], {
      stdio: 'ignore',
    });
    children.push(run);
    await until(
      () => Promise.resolve(existsSync(join(home.directory, '.bp-agents', 'run.pid'))),
      (there) => there,
    );
    await until(
      () => home.json<readonly unknown[]>('prompts'),
      (prompts) => prompts.length > 0,
    );
  });

  it('a second run and a restore are refused with its process', async () => {
    for (const command of [
      ['run', '--headless'],
      ['restore', join(home.directory, 'any.db')],
    ]) {
      const { exitCode, stderr } = await cli(...command);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`process ${run.pid} runs this economy already`);
    }
    expect(run.exitCode).toBe(null);
  });

  it('what other processes write is neither lost nor refused, and the run goes on with it', async () => {
    await home.run('bootstrap', '--id', 'second');
    const before = await cycle();
    const writers = await Promise.all([
      inProcess(PAYER, home.directory, 'first', 'second', '200'),
      inProcess(PAYER, home.directory, 'second', 'first', '200'),
      cli('bootstrap', '--id', 'third', '--bundle', 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0'),
      cli('score', 'prompt_1', '5', '6', '7'),
      cli('backup', join(home.directory, 'copy.db')),
    ]);
    expect(writers.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      writers.map(() => ({ exitCode: 0, stderr: '' })),
    );
    await until(cycle, (cleared) => cleared > before + 3);
    await until(
      () => home.json<readonly { agent_id: string }[]>('executions'),
      (executions) => executions.some(({ agent_id: agent }) => agent === 'third'),
    );
    expect(await home.json('prompts')).toContainEqual(expect.objectContaining({ id: 'prompt_1', status: 'scored' }));
    const economy = home.open();
    const paid = [...economy.store.audit.transfers()].filter(({ kind }) => kind === 'transfer');
    economy.close();
    expect(paid.length).toBe(400);
    expect(await home.json('audit')).toMatchObject({ ok: true, first_difference: null });
    expect(run.exitCode).toBe(null);
    run.kill('SIGKILL');
    await exitOf(run);
    const copy = await home.json('restore', join(home.directory, 'copy.db'));
    expect(copy).toHaveProperty('head');
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });
});
