import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { until } from '../../helpers/program.ts';
import { busyFile, holdDatabase, spawnRun, type SpawnedRun } from '../../helpers/spawned-run.ts';

// Another process, as a backup tool, holds the database for writing while a run goes on in a process of its own.

const FAST = ['market.cycle_seconds=0.1', 'market.supply.cpu_seconds=16'];
const HOLDS = /another process holds the database/;

let home: CliHome;
let run: SpawnedRun | undefined;
let holder: ReturnType<typeof holdDatabase> | undefined;
beforeEach(async () => {
  home = cliHome();
  expect((await home.run('bootstrap')).stderr).toBe('');
});
afterEach(async () => {
  holder?.letGo();
  await run?.kill();
  home.remove();
});

function start(...args: readonly string[]): SpawnedRun {
  run = spawnRun(home.directory, FAST, args);
  return run;
}

const status = () => home.json<{ cycle: number; paused: string | null }>('status');
const cycle = async () => (await status()).cycle;

async function goesOn(since: number): Promise<void> {
  await until(cycle, (cleared) => cleared > since + 3);
}

/** An execution that lasts as long as the busy file. */
async function somethingRuns(): Promise<void> {
  writeFileSync(busyFile(home.directory), '');
  await until(
    () => home.json<{ executions: { running: number } }>('status'),
    ({ executions }) => executions.running > 0,
  );
}

async function settledWhole(): Promise<void> {
  expect(await home.json('status')).toMatchObject({ executions: { running: 0 } });
  expect(await home.json('audit')).toMatchObject({ ok: true, first_difference: null });
}

describe('a database that another process holds', () => {
  it.each([6_500, 30_000])(
    'for %i ms is waited for: the run says so, status too, and it goes on by itself',
    async (heldMs) => {
      const market = start();
      await goesOn(0);
      holder = holdDatabase(home.directory);
      const held = sleep(heldMs);
      await market.says(HOLDS);
      const paused = await status();
      expect(paused.paused).toMatch(HOLDS);
      await held;
      expect(await cycle()).toBe(paused.cycle);
      holder.letGo();
      await market.says(/the database is free again/);
      await goesOn(paused.cycle);
      expect((await status()).paused).toBe(null);
      market.child.kill('SIGTERM');
      expect(await market.ended).toBe(0);
      await settledWhole();
    },
    120_000,
  );

  it('at the start is waited for', async () => {
    holder = holdDatabase(home.directory);
    const market = start();
    await market.says(/another process holds the database: waiting for it/);
    holder.letGo();
    await goesOn(0);
    market.child.kill('SIGTERM');
    expect(await market.ended).toBe(0);
    await settledWhole();
  });

  it('at the start keeps no interrupt waiting', async () => {
    holder = holdDatabase(home.directory);
    const market = start();
    await market.says(HOLDS);
    market.child.kill('SIGTERM');
    expect(await market.ended).toBe(0);
  });

  it('at the end is waited for: all that ran is settled', async () => {
    const market = start();
    await somethingRuns();
    holder = holdDatabase(home.directory);
    market.child.kill('SIGTERM');
    rmSync(busyFile(home.directory));
    await market.says(HOLDS);
    holder.letGo();
    expect(await market.ended).toBe(0);
    await settledWhole();
  });

  it('longer than an end may wait ends the run with 1, and the next one settles what was left', async () => {
    run = spawnRun(home.directory, [...FAST, 'ending.locked_ms=1000']);
    await somethingRuns();
    holder = holdDatabase(home.directory);
    run.child.kill('SIGTERM');
    rmSync(busyFile(home.directory));
    expect(await run.ended).toBe(1);
    expect(run.output).toMatch(/\(database_locked\)/);
    holder.letGo();
    const before = await cycle();
    await start('--cycles', '2').ended;
    expect(await cycle()).toBe(before + 2);
    await settledWhole();
  });
});
