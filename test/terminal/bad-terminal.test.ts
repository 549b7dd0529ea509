import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cliHome, type CliHome } from '../helpers/cli.ts';
import { until } from '../helpers/program.ts';
import { busyFile, INSTANT_RUN } from '../helpers/spawned-run.ts';
import { Pty } from '../helpers/pty.ts';

const SETTINGS = ['market.cycle_seconds=0.1', 'market.supply.cpu_seconds=16', 'terminal.refresh_ms=50'];

const WAIT_MS = 100_000;

/** A run at a terminal, in a home of its own. */
class Market {
  readonly #home: CliHome;
  readonly terminal: Pty;

  private constructor(home: CliHome, args: readonly string[]) {
    this.#home = home;
    const settings = SETTINGS.flatMap((setting) => ['--set', setting]);
    const words = [INSTANT_RUN, '--home', home.directory, 'run', ...settings, ...args];
    this.terminal = new Pty([process.execPath, ...words], { environment: { BUSY_FILE: busyFile(home.directory) } });
  }

  /** Once its first cycle is shown. */
  static async start(...args: readonly string[]): Promise<Market> {
    const home = cliHome();
    await home.run('bootstrap');
    const market = new Market(home, args);
    onTestFinished(async () => {
      await market.terminal.close();
      home.remove();
    });
    await market.terminal.until(/cycle [1-9]/);
    return market;
  }

  readonly status = () => this.#home.json<{ cycle: number; executions: { running: number } }>('status');
  readonly cycle = async () => (await this.status()).cycle;

  async goesOn(cycles: number): Promise<void> {
    const since = await this.cycle();
    await until(this.cycle, (cleared) => cleared >= since + cycles, WAIT_MS);
  }

  /** An execution that lasts until it is let end. */
  async somethingRuns(): Promise<void> {
    writeFileSync(busyFile(this.#home.directory), '');
    await until(this.status, ({ executions }) => executions.running > 0);
  }

  letEnd(): void {
    rmSync(busyFile(this.#home.directory));
  }

  async settledWhole(): Promise<void> {
    expect(await this.status()).toMatchObject({ executions: { running: 0 } });
    expect(await this.#home.json('audit')).toMatchObject({ ok: true });
  }
}

describe('a terminal that goes away', () => {
  it.each([[], ['--headless']])('ends the run well, with 0: all that ran is settled (%s)', async (...args) => {
    const market = await Market.start(...args);
    await market.somethingRuns();
    market.terminal.hangUp();
    market.letEnd();
    expect(await market.terminal.ended).toBe(0);
    await market.settledWhole();
  });
});

// Most of it is waiting for cycles.
describe.concurrent('a terminal that stops reading', () => {
  it('holds up nothing, and is drawn anew once it reads again', async () => {
    const market = await Market.start();
    market.terminal.pause();
    await market.goesOn(150);
    const reached = await market.cycle();
    market.terminal.resume();
    await until(
      () => Promise.resolve(lastShown(market.terminal)),
      (shown) => shown > reached,
    );
  });

  // In a live view, and with lines enough to fill what the kernel keeps for a terminal.
  it.each([
    [150, []],
    [1000, ['--headless', '--set', 'market.cycle_seconds=0.02']],
  ])('keeps no end waiting for longer than its limit, after %i cycles', async (cycles, args) => {
    const market = await Market.start(...args);
    market.terminal.pause();
    await market.goesOn(cycles);
    process.kill(market.terminal.pid, 'SIGTERM');
    expect(await market.terminal.ended).toBe(0);
    await market.settledWhole();
  });
});

/** The newest cycle on the screen. */
function lastShown({ lines }: Pty): number {
  return Math.max(...[...lines.join('\n').matchAll(/cycle (\d+)/g)].map(([, count]) => Number(count)));
}
