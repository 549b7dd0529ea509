import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../helpers/cli.ts';
import { until } from '../helpers/program.ts';
import { busyFile, INSTANT_RUN } from '../helpers/spawned-run.ts';
import { Pty } from '../helpers/pty.ts';

const SETTINGS = ['market.cycle_seconds=0.1', 'market.supply.cpu_seconds=16', 'terminal.refresh_ms=50'];

const WAIT_MS = 100_000;

let home: CliHome;
let terminal: Pty | undefined;
beforeEach(async () => {
  home = cliHome();
  await home.run('bootstrap');
});
afterEach(async () => {
  await terminal?.close();
  home.remove();
});

function start(...args: readonly string[]): Pty {
  const settings = SETTINGS.flatMap((setting) => ['--set', setting]);
  const words = [INSTANT_RUN, '--home', home.directory, 'run', ...settings, ...args];
  terminal = new Pty([process.execPath, ...words], { environment: { BUSY_FILE: busyFile(home.directory) } });
  return terminal;
}

const status = () => home.json<{ cycle: number; executions: { running: number } }>('status');
const cycle = async () => (await status()).cycle;

async function goesOn(cycles = 3): Promise<void> {
  const since = await cycle();
  await until(cycle, (cleared) => cleared >= since + cycles, WAIT_MS);
}

/** An execution that lasts as long as the busy file. */
async function somethingRuns(): Promise<void> {
  writeFileSync(busyFile(home.directory), '');
  await until(status, ({ executions }) => executions.running > 0);
}

async function settledWhole(): Promise<void> {
  expect(await status()).toMatchObject({ executions: { running: 0 } });
  expect(await home.json('audit')).toMatchObject({ ok: true });
}

describe('a terminal that goes away', () => {
  it.each([[], ['--headless']])('ends the run well, with 0: all that ran is settled (%s)', async (...args) => {
    const market = start(...args);
    await market.until(/cycle [1-9]/);
    await somethingRuns();
    market.hangUp();
    rmSync(busyFile(home.directory));
    expect(await market.ended).toBe(0);
    await settledWhole();
  });
});

describe('a terminal that stops reading', () => {
  it('holds up nothing, and is drawn anew once it reads again', async () => {
    const market = start();
    await market.until(/cycle [1-9]/);
    market.pause();
    await goesOn(150);
    const reached = await cycle();
    market.resume();
    await until(
      () => Promise.resolve(lastShown(market)),
      (shown) => shown > reached,
    );
  });

  // In a live view, and with lines enough to fill what the kernel keeps for a terminal.
  it.each([
    [150, []],
    [1000, ['--headless', '--set', 'market.cycle_seconds=0.02']],
  ])('keeps no end waiting for longer than its limit, after %i cycles', async (cycles, args) => {
    const market = start(...args);
    await market.until(/cycle [1-9]/);
    market.pause();
    await goesOn(cycles);
    process.kill(market.pid, 'SIGTERM');
    expect(await market.ended).toBe(0);
    await settledWhole();
  });
});

/** The newest cycle on the screen. */
function lastShown({ lines }: Pty): number {
  return Math.max(...[...lines.join('\n').matchAll(/cycle (\d+)/g)].map(([, count]) => Number(count)));
}
