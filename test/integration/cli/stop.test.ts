import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { endLimitMs } from '../../../src/operator/running-process.ts';
import { compiled } from '../../helpers/compiled.ts';
import { cliHome, type CliHome, type RunningCommand } from '../../helpers/cli.ts';
import { makeAgent, nextCycle, runningAgent } from '../../helpers/economy.ts';
import { instantEngine, type Behaviour } from '../../helpers/instant-engine.ts';

const QUICK = ['--set', 'market.cycle_seconds=0.05', '--set', 'market.supply.cpu_seconds=16'];
const HOLDER = await compiled(new URL('../../helpers/lock-holder.ts', import.meta.url));
const runsForEver: Behaviour = () => new Promise<void>(() => undefined);

const homes: CliHome[] = [];
const children: ChildProcess[] = [];
function homeOf(behave: Behaviour = runsForEver): CliHome {
  const home = cliHome({ engine: instantEngine(behave) });
  homes.push(home);
  return home;
}
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const home of homes.splice(0)) home.remove();
});

/** A run with an execution that goes on until it is stopped. */
async function busyHome(): Promise<{ readonly home: CliHome; readonly market: RunningCommand }> {
  const home = homeOf();
  const market = home.start('run', '--headless', '--bootstrap', ...QUICK);
  while (!market.output.includes('exe_1 of genesis started')) await new Promise((resolve) => setTimeout(resolve, 10));
  return { home, market };
}

async function holder(home: CliHome): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLDER, join(home.directory, '.bp-agents')]);
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe('stop, of one execution', () => {
  it('ends it while the market goes on, refunds it and does not try it again', async () => {
    const { home, market } = await busyHome();
    const { exitCode, stdout } = await home.run('stop', 'exe_1');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^exe_1 of genesis: stopped_by_operator, [\d.]+ credits refunded\n$/) as string,
    });
    expect(await home.json('agents')).toMatchObject([{ available: 1000, paid: 0 }]);
    expect(await home.json('bids')).toMatchObject([{ status: 'won', attempt: 1 }]);
    expect(market.output).toContain('exe_1 of genesis: stopped_by_operator (stopped by the operator)');
    market.interrupt();
    expect(await market.ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it.each(['allocated', 'starting'] as const)(
    'that is %s while no run goes on is asked to end, and never gets as far in the next one',
    async (state) => {
      const home = homeOf(() => {
        throw new Error('it ran');
      });
      const economy = home.open();
      if (state === 'starting') economy.store.executions.markStarting(runningAgent(economy, 'other').execution.id, 'x');
      makeAgent(economy, 'a');
      const [id = 0] = nextCycle(economy).allocated;
      if (state === 'starting') economy.store.executions.markStarting(id, 'y');
      economy.close();
      const { stdout, exitCode } = await home.run('stop', `exe_${id}`);
      expect({ stdout, exitCode }).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('the next one') as string,
      });
      expect(await home.json('stop', `exe_${id}`)).toMatchObject({ outcome: null, price_refunded: 0 });
      await home.run('run', '--headless', '--cycles', '1', ...QUICK);
      const executions = await home.json<readonly { readonly id: string }[]>('executions');
      expect(executions.find((execution) => execution.id === `exe_${id}`)).toMatchObject({
        outcome: 'stopped_by_operator',
        detail: 'stopped before it began',
      });
      expect(await home.json('audit')).toMatchObject({ ok: true });
    },
  );
});

describe('stop, of an agent', () => {
  it('ends what it runs, voids its bids and lets bootstrap revive it', async () => {
    const { home, market } = await busyHome();
    const economy = home.open();
    makeAgent(economy, 'other');
    economy.close();
    expect(await home.json('stop', 'genesis')).toMatchObject({
      agent_id: 'genesis',
      stopped: true,
      voided_bids: [],
      execution: { execution_id: 'exe_1', outcome: 'stopped_by_operator' },
    });
    expect(await home.json('agent', 'genesis')).toMatchObject({ stopped: true, life: 1 });
    const again = await home.run('stop', 'genesis');
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^genesis is stopped; bp-agents bootstrap --id genesis/) as string,
    });
    expect(await home.run('bootstrap')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('genesis lives again (life 2)') as string,
    });
    expect(await home.json('agent', 'genesis')).toMatchObject({ stopped: false, status: 'alive' });
    expect(await home.run('stop', 'other')).toMatchObject({ exitCode: 0 });
    expect(await home.run('stop', 'genesis')).toMatchObject({ exitCode: 0 });
    market.interrupt();
    expect(await market.ended).toMatchObject({ exitCode: 0 });
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });
});

describe('stop, of the run', () => {
  it('ends it as an interrupt does and waits until it has ended', async () => {
    const home = homeOf(() => new Promise((resolve) => setTimeout(resolve, 500)));
    const market = home.start('run', '--headless', '--bootstrap', ...QUICK);
    while (!market.output.includes('exe_1 of genesis started')) await new Promise((resolve) => setTimeout(resolve, 10));
    const { exitCode, stdout } = await home.run('stop');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `ending the run in process ${process.pid}, which first settles what runs (1)\nthe run in process ${process.pid} has ended\n`,
    });
    expect(market.output).toMatch(/exe_1 of genesis: completed\n.*ended after cycle/s);
    expect(await market.ended).toMatchObject({ exitCode: 0 });
  });

  it('says so where none is going on, and that is no failure', async () => {
    const home = homeOf();
    expect(await home.run('stop')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('database_missing') as string,
    });
    await home.run('init');
    expect(await home.run('stop')).toMatchObject({ exitCode: 0, stdout: 'no run is going on here\n' });
    expect(await home.json('stop')).toEqual({ process: null, ended: false });
  });

  it('ends the process that holds the lock, at once where it is told to', async () => {
    const home = homeOf();
    await home.run('init');
    const child = await holder(home);
    expect(await home.json('stop', '--now')).toEqual({ process: child.pid, ended: true });
    expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGTERM');
  });

  it('sends nothing to a process that does not hold the lock, whatever is written about it', async () => {
    const home = homeOf();
    await home.run('init');
    const child = await holder(home);
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    children.push(bystander);
    for (const text of [String(bystander.pid), '0']) {
      writeFileSync(join(home.directory, '.bp-agents', 'run.pid'), `${text}\n`);
      expect(await home.run('stop')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/it can not be told in which process.*\(run_unknown\)/) as string,
      });
    }
    expect([child, bystander].map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null]);
  });

  it('waits no longer than what runs can take', () => {
    const home = homeOf();
    const economy = home.open();
    const { execution } = runningAgent(economy, 'a');
    const { backstop_ms: backstopMs, stop_grace_ms: graceMs } = economy.config.sandbox;
    const { spare_ms: spareMs, locked_ms: lockedMs } = economy.config.ending;
    const { answer_wait_ms: answerMs } = economy.config.intelligence;
    expect(endLimitMs(economy)).toBe(execution.wallMs + backstopMs + graceMs + answerMs + spareMs + lockedMs);
    economy.close();
  });
});
