import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { containersOf, exitOf, programHome, until, type ProgramHome } from '../helpers/program.ts';
import { dockerCli } from '../helpers/engine-under-test.ts';

/** Wall time is what an execution buys here: 8 s, whatever CPU time. */
const SETTINGS = [
  ...['market.cycle_seconds=0.5', 'market.supply.cpu_seconds=16', 'attention.prompt_ttl_seconds=30'],
  ...['sandbox.wall_base_seconds=8', 'sandbox.wall_per_cpu_second=0', 'sandbox.backstop_ms=2000'],
];
const ASLEEP_MS = 20_000;

interface Row {
  readonly id: string;
  readonly outcome: string | null;
  readonly used: { readonly wall_seconds: number | null };
}

let place: ProgramHome;
afterEach(() => {
  place.close();
});

const executions = () => place.json<Row[]>('executions');

it('a machine that sleeps kills and bills nothing: program and containers go on where they were', async () => {
  place = programHome(SETTINGS);
  // Five seconds of work, told from time that passed while nothing ran, and a prompt at its beginning.
  const program = [
    'import time',
    'from bp import Agent',
    'Agent().ask("Read me.", title="A letter", next_bid=False)',
    'for _ in range(50): time.sleep(0.1)',
  ].join('\n');
  const folder = place.agentFolder('sleeper', { 'main.py': program });
  const bundle = 'cpu_seconds=2,memory_mb=64,tokens=0,attention=1';
  await place.within('bootstrap', '--id', 'sleeper', '--from', folder, '--bundle', bundle);
  const market = place.start('run', '--headless');
  await until(
    () => place.json<Row[]>('prompts', '--open'),
    (rows) => rows.length === 1,
  );
  const before = await place.json<{ running_seconds: number }>('status');

  const containers = containersOf(place.directory, 'status=running');
  market.kill('SIGSTOP');
  dockerCli('pause', ...containers);
  await pause(ASLEEP_MS);
  dockerCli('unpause', ...containers);
  market.kill('SIGCONT');

  const [row] = await until(executions, (rows) => typeof rows[0]?.outcome === 'string');
  expect(row).toMatchObject({ outcome: 'completed' });
  expect(row?.used.wall_seconds).toBeLessThan(9);
  const after = await place.json<{ running_seconds: number }>('status');
  expect(after.running_seconds - before.running_seconds).toBeLessThan(ASLEEP_MS / 1000 - 4);
  expect(after).toMatchObject({ human_away: false, paused: null, prompts: { open: 1 } });
  await place.run('stop');
  expect(await exitOf(market)).toBe(0);
  expect(containersOf(place.directory)).toEqual([]);
  expect(await place.json('audit')).toMatchObject({ ok: true });
});
