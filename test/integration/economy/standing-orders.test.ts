import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { bundleCost, type Bundle } from '../../../src/domain/resources.ts';
import type { Outcome } from '../../../src/domain/execution.ts';
import { stopAgent } from '../../../src/economy/agents/stop-agent.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { withdrawBid } from '../../../src/economy/market/withdraw-bid.ts';
import { orderView } from '../../../src/economy/views/order-view.ts';
import { accepted, BARE, bidFor, makeAgent, nextCycle, openTestEconomy } from '../../helpers/economy.ts';
import { runWinners, settle, WITH_ATTENTION, type TestEconomy } from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['market.supply.attention=1'] });
  makeAgent(economy, 'ann', { credits: 5000 });
});
afterEach(() => {
  expect(auditLedger(economy).ok).toBe(true);
  economy.close();
});

interface Order {
  readonly until?: number;
  readonly perDay?: number;
  readonly bundle?: Bundle;
  readonly earliestCycle?: number;
  readonly over?: number;
}

/** Places a bid of Ann's that is to be repeated; gives its id. */
function order({ until = 1000, perDay = 1000, bundle = BARE, over = 0, ...more }: Order = {}): number {
  const amount = micro(bundleCost(bundle, economy.store.markets.prices()) + over);
  const repeat = { untilCycle: until, creditsPerDay: micro(perDay * 1e6) };
  return accepted(placeBid(economy, 'ann', { bundle, amount, repeat, ...more })).bidId;
}

/** The next execution of Ann's, which is running. */
function run(): number {
  const started = runWinners(economy).get('ann');
  if (!started) throw new Error('ann did not win');
  return started.execution.id;
}

function live(outcome: Outcome = 'completed'): void {
  settle(economy, run(), outcome);
}

const pending = () => economy.store.bids.pendingTiedTo('ann');
const standing = () => orderView(economy, 'ann');

describe('a bid that is to be repeated', () => {
  it('is placed again by the settlement of what it bought, and held like any bid', () => {
    settle(economy, run());
    const first = order();
    for (let repeats = 1; repeats <= 3; repeats++) {
      live();
      const cost = bundleCost(BARE, economy.store.markets.prices());
      expect(pending()).toMatchObject([{ orderId: first, bundle: BARE, attempt: 1, amount: cost }]);
      expect(economy.store.accounts.balance('ann').pending).toBe(cost);
      expect(standing()).toMatchObject({ id: `bid_${first}`, repeats, waits: false, paid_today: repeats * 8.25 });
    }
  });

  it('keeps its distance: what was to wake later does so each time', () => {
    settle(economy, run());
    order({ earliestCycle: economy.store.state.get().cycle + 4 });
    for (let cycle = 0; cycle < 3; cycle++) nextCycle(economy);
    live();
    expect(pending()[0]?.earliestCycle).toBe(economy.store.state.get().cycle + 4);
  });

  it('is placed no more after until_cycle', () => {
    const execution = run();
    order({ until: economy.store.state.get().cycle + 1 });
    settle(economy, execution);
    live();
    expect(pending()).toHaveLength(1);
    live();
    expect(pending()).toEqual([]);
    expect(standing()).toBeNull();
  });

  it('pays in a day of cycles no more than it may, and waits for the next day', () => {
    settle(economy, run());
    order({ perDay: 20, until: 100_000 });
    live();
    live();
    expect(standing()).toMatchObject({ paid_today: 16.5, waits: true });
    expect(pending()).toEqual([]);
    // The day's first cycles are within reach of earliest_cycle only near its end.
    const { dayCycles, beganCycle } = economy.store.standingOrders.live('ann')!;
    economy.store.standingOrders.setWaiting(economy.store.standingOrders.live('ann')!.id, beganCycle + 3, 0);
    nextCycle(economy);
    expect(economy.store.standingOrders.live('ann')?.dueCycle).toBe(beganCycle + dayCycles);
  });

  it('is refused where it would never be placed again, or could not pay once', () => {
    const cost = bundleCost(BARE, economy.store.markets.prices());
    const refused = (untilCycle: number, creditsPerDay: number) =>
      placeBid(economy, 'ann', {
        bundle: BARE,
        amount: cost,
        repeat: { untilCycle, creditsPerDay: micro(creditsPerDay) },
      });
    const { cycle } = economy.store.state.get();
    expect(refused(cycle, cost)).toMatchObject({ code: 'too_small', field: 'repeat.until_cycle', limit: cycle + 1 });
    expect(refused(99, cost - 1)).toMatchObject({ code: 'too_small', field: 'repeat.credits_per_day', limit: 8.25 });
    expect(standing()).toBeNull();
  });

  it('takes the place of the order before it', () => {
    const execution = run();
    order();
    const second = order({ over: 5 });
    settle(economy, execution);
    expect(standing()?.id).toBe(`bid_${second}`);
    expect(pending()).toHaveLength(2);
  });
});

describe('after a failure', () => {
  it('it waits for the restart, and goes on when that completed', () => {
    settle(economy, run());
    const id = order();
    live('agent_error');
    expect(pending()).toMatchObject([{ orderId: null, bundle: { attention: 0 } }]);
    for (let cycle = 0; cycle < 2; cycle++) nextCycle(economy);
    expect(pending()).toEqual([]);
    const [running] = economy.store.executions.unsettled();
    settle(economy, running!.id);
    expect(pending()).toMatchObject([{ orderId: id }]);
  });

  it('it ends when as many restarts in a row have failed as there may be', () => {
    settle(economy, run());
    order();
    live('agent_error');
    for (let restarts = 0; restarts < 3; restarts++) {
      while (economy.store.executions.unsettled().length === 0) nextCycle(economy);
      settle(economy, economy.store.executions.unsettled()[0]!.id, 'agent_error');
    }
    expect(pending()).toEqual([]);
    for (let cycle = 0; cycle < 3; cycle++) nextCycle(economy);
    expect(pending()).toEqual([]);
    expect(standing()).toBeNull();
  });

  it('it backs off itself, and ends, where no restart was placed beside another bid', () => {
    settle(economy, run());
    order();
    const execution = run();
    bidFor(economy, 'ann', { bundle: { ...BARE, memoryMb: 3200, cpuMs: 16_000 } });
    settle(economy, execution, 'agent_error');
    const { cycle } = economy.store.state.get();
    expect(pending().map(({ earliestCycle }) => earliestCycle)).toEqual([0, cycle + 2]);
    expect(economy.store.agents.find('ann')?.restarts).toBe(1);
  });

  it('of the system it is queued again as its next attempt, once', () => {
    settle(economy, run());
    const id = order();
    live('system_fault');
    expect(pending()).toMatchObject([{ id, attempt: 2 }]);
    expect(standing()).toMatchObject({ repeats: 0, paid_today: 0 });
  });

  it('ends where the operator stopped its execution', () => {
    settle(economy, run());
    order();
    live('stopped_by_operator');
    expect(pending()).toEqual([]);
    expect(standing()).toBeNull();
  });
});

describe('beside a next_bid', () => {
  const next = { bundle: { cpu_seconds: 2, memory_mb: 64, tokens: 0, attention: 0 }, amount: 20 };

  function ask(nextBid: unknown): number {
    settle(economy, run());
    order({ bundle: WITH_ATTENTION });
    const started = runWinners(economy).get('ann')!;
    const { id: executionId } = started.execution;
    const prompt = accepted(submitPrompt(economy, { agentId: 'ann', executionId }, { content: 'Well?', nextBid }));
    settle(economy, executionId);
    nextCycle(economy);
    return prompt.promptId;
  }

  it('it is not placed, neither while the prompt waits nor while that bid stands', () => {
    const prompt = ask(next);
    expect(pending()).toEqual([]);
    accepted(scorePrompt(economy, prompt, { interesting: 5, useful: 5, understandable: 5 }, null));
    expect(pending()).toMatchObject([{ orderId: null, bundle: { cpuMs: 2000 } }]);
    live();
    expect(pending()).toMatchObject([{ bundle: WITH_ATTENTION }]);
  });

  it('it is placed where that bid was refused', () => {
    const prompt = ask({ ...next, amount: 1 });
    accepted(scorePrompt(economy, prompt, { interesting: 5, useful: 5, understandable: 5 }, null));
    expect(pending()).toMatchObject([{ bundle: WITH_ATTENTION }]);
  });
});

describe('an order', () => {
  it('under the reserve waits, keeps nobody alive, and is placed when the reserve has come down', () => {
    settle(economy, run());
    order();
    const execution = run();
    const before = economy.store.markets.prices().cpu_seconds;
    const row = { resource: 'cpu_seconds', smoothedDemand: null, utilisation: 0 } as const;
    economy.store.markets.put({ ...row, price: micro(before * 2) });
    settle(economy, execution);
    expect(pending()).toEqual([]);
    expect(standing()?.waits).toBe(true);
    nextCycle(economy);
    expect(economy.store.agents.find('ann')?.status).toBe('dormant');
    economy.store.markets.put({ ...row, price: before });
    nextCycle(economy);
    expect(pending()).toHaveLength(1);
    expect(economy.store.agents.find('ann')?.status).toBe('alive');
  });

  it('that was under the reserve for as long as a bid may stand ends', () => {
    economy.close();
    economy = openTestEconomy({ overrides: ['market.ttl_seconds=50'] });
    makeAgent(economy, 'ann', { credits: 5000 });
    settle(economy, run());
    order();
    const execution = run();
    const row = { resource: 'cpu_seconds', smoothedDemand: null, utilisation: 0 } as const;
    economy.store.markets.put({ ...row, price: micro(50e6) });
    settle(economy, execution);
    for (let cycle = 0; cycle < 4; cycle++) nextCycle(economy);
    expect(standing()?.waits).toBe(true);
    nextCycle(economy);
    expect(standing()).toBeNull();
  });

  it('ends when one of its bids is withdrawn, also one that has won', () => {
    settle(economy, run());
    const first = order();
    live();
    accepted(withdrawBid(economy, 'ann', pending()[0]!.id));
    expect([pending(), standing()]).toEqual([[], null]);
    const second = order();
    const execution = run();
    accepted(withdrawBid(economy, 'ann', second));
    expect(withdrawBid(economy, 'ann', first)).toMatchObject({ code: 'bid_not_pending' });
    settle(economy, execution);
    expect(pending()).toEqual([]);
  });

  it('ends with its agent, by death and by stopping', () => {
    settle(economy, run());
    order({ perDay: 9, until: 100_000 });
    live();
    for (let cycle = 0; cycle < 40; cycle++) nextCycle(economy);
    expect(economy.store.agents.find('ann')?.status).toBe('dead');
    expect(standing()).toBeNull();
    makeAgent(economy, 'bob');
    accepted(
      placeBid(economy, 'bob', {
        ...{ bundle: BARE, amount: micro(9e6), repeat: { untilCycle: 900, creditsPerDay: micro(9e7) } },
      }),
    );
    accepted(stopAgent(economy, 'bob'));
    expect(orderView(economy, 'bob')).toBeNull();
  });
});
