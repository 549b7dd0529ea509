import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { cliHome } from '../../helpers/cli.ts';
import { until } from '../../helpers/program.ts';
import { busyFile, holdDatabase, spawnRun, type SpawnedRun } from '../../helpers/spawned-run.ts';

// Another process, as a backup tool, holds the database for writing while a run goes on in a process of its own.

const FAST = ['market.cycle_seconds=0.1', 'market.supply.cpu_seconds=16'];
const HOLDS = /another process holds the database/;

/** A home of its own, so that the tests can wait at the same time; nothing of it is left when the test has ended. */
async function economy(onTestFinished: TestContext['onTestFinished']) {
  const home = cliHome();
  let run: SpawnedRun | undefined;
  let holder: ReturnType<typeof holdDatabase> | undefined;
  onTestFinished(async () => {
    holder?.letGo();
    await run?.kill();
    home.remove();
  });
  expect((await home.run('bootstrap')).stderr).toBe('');

  const status = () => home.json<{ cycle: number; paused: string | null }>('status');
  const cycle = async () => (await status()).cycle;
  return {
    status,
    cycle,
    start: (settings: readonly string[] = [], ...args: readonly string[]) =>
      (run = spawnRun(home.directory, [...FAST, ...settings], args)),
    hold: () => (holder = holdDatabase(home.directory)),
    goesOn: (since: number) => until(cycle, (cleared) => cleared > since + 3),
    /** An execution that lasts until it may end. */
    somethingRuns: async (): Promise<void> => {
      writeFileSync(busyFile(home.directory), '');
      await until(
        () => home.json<{ executions: { running: number } }>('status'),
        ({ executions }) => executions.running > 0,
      );
    },
    mayEnd: () => rmSync(busyFile(home.directory)),
    settledWhole: async (): Promise<void> => {
      expect(await home.json('status')).toMatchObject({ executions: { running: 0 } });
      expect(await home.json('audit')).toMatchObject({ ok: true, first_difference: null });
    },
  };
}

describe.concurrent('a database that another process holds', () => {
  it.for([6_500, 30_000])(
    'for %i ms is waited for: the run says so, status too, and it goes on by itself',
    async (heldMs, { onTestFinished }) => {
      const { start, hold, goesOn, status, cycle, settledWhole } = await economy(onTestFinished);
      const market = start();
      await goesOn(0);
      const holder = hold();
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
  );

  it('at the start is waited for', async ({ onTestFinished }) => {
    const { start, hold, goesOn, settledWhole } = await economy(onTestFinished);
    const holder = hold();
    const market = start();
    await market.says(/another process holds the database: waiting for it/);
    holder.letGo();
    await goesOn(0);
    market.child.kill('SIGTERM');
    expect(await market.ended).toBe(0);
    await settledWhole();
  });

  it('at the start keeps no interrupt waiting', async ({ onTestFinished }) => {
    const { start, hold } = await economy(onTestFinished);
    hold();
    const market = start();
    await market.says(HOLDS);
    market.child.kill('SIGTERM');
    expect(await market.ended).toBe(0);
  });

  it('at the end is waited for: all that ran is settled', async ({ onTestFinished }) => {
    const { start, hold, somethingRuns, mayEnd, settledWhole } = await economy(onTestFinished);
    const market = start();
    await somethingRuns();
    const holder = hold();
    market.child.kill('SIGTERM');
    mayEnd();
    await market.says(HOLDS);
    holder.letGo();
    expect(await market.ended).toBe(0);
    await settledWhole();
  });

  it('longer than an end may wait ends the run with 1, and the next one settles what was left', async ({
    onTestFinished,
  }) => {
    const { start, hold, somethingRuns, mayEnd, cycle, settledWhole } = await economy(onTestFinished);
    const market = start(['ending.locked_ms=1000']);
    await somethingRuns();
    const holder = hold();
    market.child.kill('SIGTERM');
    mayEnd();
    expect(await market.ended).toBe(1);
    expect(market.output).toMatch(/\(database_locked\)/);
    holder.letGo();
    const before = await cycle();
    await start([], '--cycles', '2').ended;
    expect(await cycle()).toBe(before + 2);
    await settledWhole();
  });
});
