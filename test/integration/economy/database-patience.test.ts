import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Economy } from '../../../src/economy/economy.ts';
import { onceFree } from '../../../src/economy/home/database-patience.ts';
import { writeLock } from '../../../src/economy/home/database-patience.ts';
import { pauseMarket } from '../../../src/economy/market/pause-market.ts';
import { stateOf } from '../../../src/economy/views/status-view.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { BUSY_MS_IN_RUN } from '../../../src/store/write-lock.ts';
import { openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';

let test: TestEconomy;
let economy: Economy;
let holder: SqliteDatabase.Database;
beforeEach(() => {
  test = openTestEconomy({ busyMs: BUSY_MS_IN_RUN });
  economy = { ...test, clock: systemClock() };
  holder = new SqliteDatabase(test.databasePath);
  holder.exec('BEGIN IMMEDIATE');
});
afterEach(() => {
  if (holder.open) holder.close();
  test.close();
});

const pause = () => pauseMarket(economy, 'a reason');

describe('what has to be written while another process holds the database', () => {
  it('is tried again, with turns of the event loop in between, and written once that one lets go', async () => {
    let tries = 0;
    const written = onceFree(economy, () => {
      tries++;
      pause();
    });
    const seen = new Set<number>();
    while (tries < 4) {
      seen.add(tries);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([...seen]).toEqual([1, 2, 3]);
    expect(stateOf(economy).pausedReason).toBe(null);
    holder.close();
    await written;
    expect(stateOf(economy).pausedReason).toBe('a reason');
    expect(writeLock(economy).isHeld).toBe(false);
  });

  it('is refused when its limit has passed', async () => {
    await expect(onceFree(economy, pause, { limitMs: 50 })).rejects.toMatchObject({ code: 'database_locked' });
    expect(writeLock(economy).isHeld).toBe(true);
  });

  it('is given up with the reason of its signal', async () => {
    const stop = new AbortController();
    const written = onceFree(economy, pause, { signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(written).rejects.toThrow('stopped');
  });

  it('is refused once nobody waits any more', async () => {
    const written = onceFree(economy, pause);
    writeLock(economy).endPatience();
    await expect(written).rejects.toMatchObject({ code: 'database_locked' });
    await expect(onceFree(economy, pause)).rejects.toMatchObject({ code: 'database_locked' });
  });
});
