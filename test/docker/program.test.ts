import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';

/** Short cycles at the prices of ten-second ones. */
const QUICK = ['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16'];

const homes: ProgramHome[] = [];
function home(...settings: readonly string[]): ProgramHome {
  const made = programHome([...QUICK, ...settings]);
  homes.push(made);
  return made;
}
afterEach(() => {
  for (const made of homes.splice(0)) made.close();
});

interface ExecutionRow {
  readonly id: string;
  readonly agent_id: string;
  readonly bid_id: string;
  readonly attempt: number;
  readonly state: string;
  readonly outcome: string | null;
  readonly exit_code: number | null;
  readonly used: { readonly cpu_seconds: number | null };
}
interface PromptRow {
  readonly id: string;
  readonly status: string;
  readonly reward: number;
}
interface AgentRow {
  readonly id: string;
  readonly status: string;
  readonly available: number;
  readonly life: number;
}

const executionsOf = (where: ProgramHome) => where.json<ExecutionRow[]>('executions');
const promptsOf = (where: ProgramHome) => where.json<PromptRow[]>('prompts');
const agentsOf = (where: ProgramHome) => where.json<AgentRow[]>('agents');

async function expectSound(where: ProgramHome): Promise<void> {
  expect(await where.json('audit')).toMatchObject({ ok: true, first_difference: null });
}

describe('the program', () => {
  it('makes genesis, which lives in real containers on what it bids, and ends with a sound ledger', async () => {
    const place = home('sandbox.outputs_max=2');
    const running = place.start('run', '--headless', '--bootstrap');
    const isLiving = (rows: readonly ExecutionRow[]) =>
      rows.filter(({ outcome }) => outcome === 'completed').length >= 3;
    // Until the database is there, there is nothing to be asked. It sleeps until its letter is answered.
    await until(async () => {
      const [open] = await promptsOf(place).catch(() => []);
      const executions = await executionsOf(place).catch(() => []);
      if (open?.status === 'open' && executions.length < 3) await place.within('score', open.id, '5', '5', '5');
      return executions;
    }, isLiving);
    running.kill('SIGTERM');
    expect(await exitOf(running)).toBe(0);
    const completed = (await executionsOf(place)).filter(({ outcome }) => outcome === 'completed');
    for (const { agent_id, used } of completed) {
      expect(agent_id).toBe('genesis');
      expect(used.cpu_seconds).toBeGreaterThan(0.005);
      expect(used.cpu_seconds).toBeLessThan(2);
    }
    expect((await promptsOf(place)).map(({ status }) => status)).toContain('scored');
    expect(readdirSync(join(place.directory, '.bp-agents', 'logs', 'executions')).length).toBe(2);
    await expectSound(place);
  });

  it('runs agents in Python, in Node and as an executable, each brought with --from', async () => {
    const place = home();
    const bring = (id: string, folder: string) =>
      place.within(
        'bootstrap',
        '--id',
        id,
        '--from',
        folder,
        '--bundle',
        'cpu_seconds=1,memory_mb=128,tokens=0,attention=0',
      );
    await bring('python', place.agentFolder('python', { 'main.py': 'print("from python")\n' }));
    await bring('node', place.agentFolder('node', { 'main.mjs': 'console.log("from node")\n' }));
    await bring('shell', place.agentFolder('shell', { main: '#!/bin/sh\necho from a shell\n' }, 'main'));
    expect(await place.run('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
    const executions = await executionsOf(place);
    expect(executions.map(({ agent_id, outcome }) => `${agent_id} ${outcome}`).sort()).toEqual([
      'node completed',
      'python completed',
      'shell completed',
    ]);
    for (const { id, agent_id } of executions) {
      const { stdout } = await place.within('logs', id);
      expect(stdout).toContain(agent_id === 'shell' ? 'from a shell' : `from ${agent_id}`);
    }
  });

  it('takes marks from a second process while it runs; the next handshake holds the answer', async () => {
    // Long enough that the handshake with the answer is seen before the next one replaces it.
    const place = home('market.cycle_seconds=4');
    await place.within('bootstrap');
    const market = place.start('run', '--headless');
    const [prompt] = await until(
      () => promptsOf(place),
      ([first]) => first?.status === 'open',
    );
    expect(await place.run('score', prompt?.id ?? '', '7', '8', '9')).toMatchObject({ status: 0 });
    expect((await promptsOf(place))[0]).toMatchObject({ status: 'scored', reward: 600 });
    await until(
      () => Promise.resolve(place.handshake('genesis')),
      ({ responses }) => JSON.stringify(responses).includes('"useful":8'),
    );
    expect(await place.run('score', prompt?.id ?? '', '7', '8', '9')).toMatchObject({ status: 2 });
    market.kill('SIGINT');
    expect(await exitOf(market)).toBe(0);
    await expectSound(place);
  });

  it('takes over, after it was killed, an execution that still runs, and settles it once', async () => {
    const place = home();
    const folder = place.agentFolder('slow', { 'main.py': 'import time\ntime.sleep(6)\nprint("done")\n' });
    const args = ['bootstrap', '--id', 'slow', '--from', folder, '--bundle'];
    await place.within(...args, 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0');
    const first = place.start('run', '--headless');
    await until(
      () => executionsOf(place),
      ([execution]) => execution?.state === 'running',
    );
    first.kill('SIGKILL');
    await exitOf(first);
    expect(await place.run('run', '--headless', '--cycles', '2')).toMatchObject({ status: 0 });
    expect(await executionsOf(place)).toMatchObject([{ outcome: 'completed', exit_code: 0, attempt: 1 }]);
    expect(leftOf(place)).toBe('');
    await expectSound(place);
  });

  it('admits one run per home, names its process, and lets other homes run beside it', async () => {
    const place = home();
    await place.within('bootstrap');
    const market = place.start('run', '--headless');
    await until(
      () => executionsOf(place),
      (rows) => rows.length > 0,
    );
    const second = await place.within('run', '--headless', '--cycles', '1');
    expect(second).toMatchObject({ status: 1 });
    expect(second.stderr).toContain(String(market.pid));
    const other = home();
    expect(await other.within('run', '--headless', '--bootstrap', '--cycles', '2')).toMatchObject({ status: 0 });
    market.kill('SIGTERM');
    expect(await exitOf(market)).toBe(0);
    await expectSound(place);
    await expectSound(other);
  });

  it('lets a genesis that is scored 5 5 5 grow richer', async () => {
    const place = home('market.cycle_seconds=0.25');
    await place.within('bootstrap');
    const market = place.start('run', '--headless', '--cycles', '60');
    const ended = exitOf(market);
    const scorer = setInterval(() => {
      void promptsOf(place).then((prompts) => {
        const open = prompts.find(({ status }) => status === 'open');
        if (open) void place.within('score', open.id, '5', '5', '5');
      });
    }, 500);
    expect(await ended).toBe(0);
    clearInterval(scorer);
    const [genesis] = await agentsOf(place);
    expect(genesis).toMatchObject({ status: 'alive' });
    expect(genesis?.available).toBeGreaterThan(1000);
    await expectSound(place);
  });

  it('lets a genesis that is never scored die, burns its estate, and revives it by bootstrap', async () => {
    const place = home(
      'market.bid_horizon_seconds=5',
      'lifecycle.dormant_seconds=2.5',
      'market.supply.cpu_seconds=0.8',
      'attention.prompt_ttl_seconds=3',
      // Or it lives on for a day, waiting to be drawn by lot.
      'attention.lots.wait_seconds=3',
    );
    await place.within('bootstrap', '--credits', '100');
    const market = place.start('run', '--headless');
    await until(
      () => agentsOf(place),
      ([genesis]) => genesis?.status === 'dead',
    );
    market.kill('SIGINT');
    await exitOf(market);
    expect(await agentsOf(place)).toMatchObject([{ status: 'dead', available: 0 }]);
    expect(await place.within('bootstrap')).toMatchObject({ status: 0 });
    expect(await agentsOf(place)).toMatchObject([{ status: 'alive', life: 2 }]);
    await expectSound(place);
  });
});

/** Containers, running or not, and volumes that carry this home's label. */
function leftOf(place: ProgramHome): string {
  const filter = `label=bp-agents.home=${labelOf(place)}`;
  const listed = (...command: readonly string[]) =>
    execFileSync('docker', [...command, '--quiet', '--filter', filter], { encoding: 'utf8' });
  return listed('ps', '--all') + listed('volume', 'ls');
}

/** What marks everything of this home outside it. */
function labelOf(place: ProgramHome): string {
  return createHash('sha256').update(realpathSync(place.directory)).digest('hex').slice(0, 16);
}
