import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pauseMarket } from '../../src/economy/market/pause-market.ts';
import type { MarketEvent } from '../../src/domain/market-event.ts';
import type { OrchestratorDeps } from '../../src/orchestrator/deps.ts';
import { watchEngine } from '../../src/orchestrator/engine-watch.ts';
import { runMarket } from '../../src/orchestrator/market-loop.ts';
import { BUSY_MS_IN_RUN } from '../../src/store/write-lock.ts';
import { openTestEconomy, type TestEconomy } from '../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ busyMs: BUSY_MS_IN_RUN });
});
afterEach(() => {
  economy.close();
});

/** An engine that answers as the test says and runs nothing. */
function orchestrator(ping: () => Promise<void>): OrchestratorDeps & { readonly told: MarketEvent[] } {
  const never = () => Promise.reject(new Error('not in this test'));
  const told: MarketEvent[] = [];
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  return {
    economy,
    clock: economy.clock,
    logger: silent,
    told,
    events: { publish: (event: MarketEvent) => void told.push(event) },
    endpoints: {
      open: () => undefined,
      endCalls: () => Promise.resolve(),
      requests: () => 0,
      close: () => undefined,
    },
    sandbox: {
      check: () => Promise.resolve({}),
      ping,
      prepare: never,
      adopt: never,
      discard: () => Promise.resolve(),
      forget: () => Promise.resolve(),
      sweep: () => Promise.resolve(),
      keepContent: () => Promise.resolve(),
    },
  } as unknown as OrchestratorDeps & { readonly told: MarketEvent[] };
}

async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a pause', () => {
  it('that an earlier run left behind ends when the engine answers', async () => {
    pauseMarket(economy, 'the engine did not answer within 5 seconds');
    const run = runMarket(
      orchestrator(() => Promise.resolve()),
      { cycles: 3, stop: new AbortController().signal },
    );
    for (let cycle = 0; cycle < 4; cycle++) {
      await settleDown();
      economy.clock.advance(10_000);
    }
    await run;
    await settleDown();
    expect(economy.store.state.get().pausedReason).toBeNull();
  });

  it('is not written after the loop has ended', async () => {
    let fail: (error: Error) => void = () => undefined;
    const deps = orchestrator(() => new Promise((_, reject) => (fail = reject)));
    await runMarket(deps, { cycles: 1, stop: new AbortController().signal });
    fail(new Error('late'));
    await settleDown();
    expect(economy.store.state.get().pausedReason).toBeNull();
  });

  it('and its end are written in their order, though both wait for another process that holds the database', async () => {
    const watch = watchEngine(orchestrator(() => Promise.resolve()));
    const holder = new SqliteDatabase(economy.databasePath);
    holder.exec('BEGIN IMMEDIATE');
    const written = [1, 2, 3].map((executionId) =>
      watch.note({ executionId, outcome: 'system_fault', faultCode: 'sandbox_x' }),
    );
    // By now the pause is tried again less often than what comes after it.
    for (let step = 0; step < 5; step++) {
      await settleDown();
      economy.clock.advance(50);
    }
    written.push(watch.look(new AbortController().signal));
    await settleDown();
    holder.close();
    for (let step = 0; step < 20; step++) {
      economy.clock.advance(10);
      await settleDown();
    }
    await Promise.all(written);
    expect(economy.store.state.get().pausedReason).toBeNull();
  });

  it('after repeated faults is not ended by a ping that was under way before', async () => {
    let answer: () => void = () => undefined;
    const watch = watchEngine(orchestrator(() => new Promise((resolve) => (answer = resolve))));
    void watch.look(new AbortController().signal);
    for (const executionId of [1, 2, 3])
      await watch.note({ executionId, outcome: 'system_fault', faultCode: 'sandbox_x' });
    expect(economy.store.state.get().pausedReason).not.toBeNull();
    answer();
    await settleDown();
    expect(economy.store.state.get().pausedReason).not.toBeNull();
  });
});
