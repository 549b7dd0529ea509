import { afterEach, describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/domain/model-budget.ts';
import type { Bundle } from '../../../src/domain/resources.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { marketRules } from '../../../src/economy/market/market-rules.ts';
import { supplyNow } from '../../../src/economy/market/supply-now.ts';
import { explainBid } from '../../../src/economy/replay/explain-bid.ts';
import { replayReport } from '../../../src/economy/replay/replay-report.ts';
import { marketsView } from '../../../src/economy/views/market-view.ts';
import { providersAt } from '../../helpers/provider-settings.ts';
import {
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runWinners,
  settle,
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
afterEach(() => {
  expect(auditLedger(economy)).toMatchObject({ ok: true });
  economy.close();
});

/** Sells 5000 tokens a cycle. Models cost up to 4 for a million of them. */
function open(...overrides: readonly string[]): void {
  economy = openTestEconomy({
    overrides: [
      ...['market.supply.tokens=5000', `intelligence.providers=${providersAt('http://127.0.0.1:1')}`],
      ...['intelligence.prices={gpt: {input: 1, output: 4}}', 'market.ttl_seconds=50', ...overrides],
    ],
  });
}

const withTokens = (tokens: number): Bundle => ({ cpuMs: 1000, memoryMb: 64, tokens, attention: 0 });
const supply = () => supplyNow(economy).tokens;
const price = () => economy.store.markets.prices().tokens;

/** As if a call had cost it. */
function spend(executionId: number, billed: number, money: number): void {
  const day = dayOf(economy.clock.now());
  economy.store.transaction(() =>
    economy.store.spending.add({ executionId, model: 'gpt', day, usage: undefined, billed, money }),
  );
}

describe('the supply of tokens', () => {
  it('is the whole one where there is no budget, or more of it than that', () => {
    open();
    expect(supplyNow(economy)).toBe(economy.derived.supply);
    economy.close();
    open('intelligence.budget.day.tokens=6000', 'intelligence.budget.total.money=1');
    expect(supply()).toBe(5000);
  });

  it('is what is left of the budget beside what was sold and may still be used', () => {
    open('intelligence.budget.day.tokens=1000', 'intelligence.budget.total.tokens=1500');
    for (const id of ['ann', 'bob']) makeAgent(economy, id, { bundle: withTokens(600) });
    const started = runWinners(economy);
    expect([...started.keys()]).toEqual(['ann']);
    expect(supply()).toBe(400);
    const executionId = started.get('ann')?.execution.id ?? 0;
    spend(executionId, 150, 0);
    // What a call has used is no longer to be used by its execution; here none has told that.
    expect(supply()).toBe(250);
    nextCycle(economy);
    expect(JSON.parse(economy.store.cycles.find(2)?.supply ?? '{}')).toMatchObject({ tokens: 250 });
    settle(economy, executionId);
    expect(supply()).toBe(850);
    expect([...runWinners(economy).keys()]).toEqual(['bob']);
  });

  it('is what the money left is sure to pay for on the dearest tokens', () => {
    // 0.01 pays for 2500 tokens at 4 for a million.
    open('intelligence.budget.day.money=0.01');
    makeAgent(economy, 'ann', { bundle: withTokens(500) });
    const executionId = runWinners(economy).get('ann')?.execution.id ?? 0;
    expect(supply()).toBe(2000);
    spend(executionId, 1, 4001);
    expect(supply()).toBe(999);
    spend(executionId, 1, 5999);
    expect(supply()).toBe(0);
    expect(marketsView(economy).tokens.supply).toBe(0);
  });
});

describe('bids for tokens at the end of the budget', () => {
  it('are taken, wait without growing older, and win when it renews; their price stands still', () => {
    open('intelligence.budget.day.tokens=1000');
    makeAgent(economy, 'ann', { bundle: withTokens(10) });
    const executionId = runWinners(economy).get('ann')?.execution.id ?? 0;
    // The price has moved from its start.
    for (const id of ['cid', 'dan']) makeAgent(economy, id, { credits: 100_000, bundle: withTokens(990) });
    nextCycle(economy);
    settle(economy, executionId);
    for (const { id } of economy.store.executions.unsettled()) settle(economy, id);
    spend(executionId, 1000, 0);
    const before = price();
    expect(supply()).toBe(0);

    makeAgent(economy, 'bob', { bundle: withTokens(900) });
    const bidId = bidFor(economy, 'ann', { bundle: withTokens(10) });
    makeAgent(economy, 'eve');
    const cycles = 2 * marketRules(economy.config).ttlCycles;
    for (let cycle = 0; cycle < cycles; cycle++) nextCycle(economy);
    const waiting = economy.store.bids.pending().filter(({ bundle }) => bundle.tokens > 0);
    expect(waiting.length).toBeGreaterThanOrEqual(2);
    for (const bid of waiting) {
      expect(bid.passedOver).toBeLessThanOrEqual(1);
      expect(bid.lastReason).toBe("the operator's budget for models leaves too few tokens");
    }
    // Who asks for no tokens isn't held up.
    expect(economy.store.executions.page(1e9, 100).some(({ agentId }) => agentId === 'eve')).toBe(true);
    expect(price()).toBe(before);
    expect(price()).toBeGreaterThan(0);

    economy.clock.advance(86_400_000);
    expect(supply()).toBe(1000);
    expect(nextCycle(economy).allocated.length).toBeGreaterThan(0);
    expect(economy.store.bids.get(bidId).status).toBe('won');
  });

  it('larger than the whole supply are refused as ever', () => {
    open('intelligence.budget.day.tokens=0');
    makeAgent(economy, 'ann');
    expect(() => bidFor(economy, 'ann', { bundle: withTokens(5001) })).toThrow('bundle_exceeds_supply');
    expect(() => bidFor(economy, 'ann', { bundle: withTokens(5000) })).not.toThrow();
  });
});

it('a record of scarce tokens is cleared again as it was, and explains its bids', () => {
  open('intelligence.budget.day.tokens=1000');
  for (const id of ['ann', 'bob', 'cid']) makeAgent(economy, id, { bundle: withTokens(600) });
  const waiting = economy.store.bids.pending().at(-1)?.id ?? 0;
  for (let cycle = 0; cycle < 12; cycle++) {
    for (const { execution } of runWinners(economy).values()) {
      spend(execution.id, 100, 0);
      settle(economy, execution.id);
    }
  }
  const report = replayReport(economy, {
    from: 0,
    to: 1e9,
    changes: { supply: false, prices: false },
  });
  expect(report?.recorded.won).toBeGreaterThan(1);
  expect(report?.replayed).toEqual(report?.recorded);
  for (const agent of report?.agents ?? []) expect(agent.replayed).toEqual(agent.recorded);
  const fates = explainBid(economy, waiting, 100).map(({ fate }) => fate);
  expect(fates).toContain('won');
});
