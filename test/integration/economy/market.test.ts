import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { bundleCost } from '../../../src/domain/resources.ts';
import { pauseMarket, resumeMarket } from '../../../src/economy/market/pause-market.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { marketStateView } from '../../../src/economy/views/market-view.ts';
import { withdrawBid } from '../../../src/economy/market/withdraw-bid.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  settle,
  start,
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['market.ttl_seconds=30', 'market.supply.cpu_seconds=1'] });
});
afterEach(() => {
  economy.close();
});

const bid = (id: number) => economy.store.bids.get(id);

/** Clears the market and ends at once what it allocated. Returns who ran. */
function runCycle(): readonly string[] {
  return nextCycle(economy).allocated.map((id) => {
    start(economy, id);
    settle(economy, id);
    return economy.store.executions.get(id).agentId;
  });
}

describe('a bid', () => {
  it('stays until it was passed over for ttl_seconds of cycles in which it competed, and gets its credits back', () => {
    makeAgent(economy, 'loser');
    const [{ id } = { id: 0 }] = economy.store.bids.pending();
    for (const cycle of [1, 2, 3]) {
      expect(bid(id)).toMatchObject({ status: 'pending', passedOver: cycle - 1 });
      const rival = `rival-${cycle}`;
      makeAgent(economy, rival);
      bidFor(economy, rival, { over: 100 });
      expect(runCycle()).toEqual([rival]);
    }
    expect(bid(id).status).toBe('expired');
    expect(economy.store.accounts.balance('loser')).toMatchObject({ pending: 0, available: 1_000_000_000 });
  });

  it('does not age while its earliest cycle is ahead', () => {
    makeAgent(economy, 'sleeper');
    const [first] = economy.store.bids.pending();
    withdrawBid(economy, 'sleeper', first?.id ?? 0);
    const amount = bundleCost(BARE, economy.store.markets.prices());
    const { bidId } = accepted(placeBid(economy, 'sleeper', { bundle: BARE, amount, earliestCycle: 6 }));
    for (let cycle = 1; cycle < 6; cycle += 1) expect(runCycle()).toEqual([]);
    expect(bid(bidId)).toMatchObject({ status: 'pending', passedOver: 0, lastReason: 'earliest_cycle is ahead' });
    expect(runCycle()).toEqual(['sleeper']);
  });

  it('keeps its right to the price at which it was placed', () => {
    makeAgent(economy, 'early');
    const row = economy.store.markets.all().cpu_seconds;
    economy.store.markets.put({ ...row!, price: (row?.price ?? 0) * 2 });
    expect(runCycle()).toEqual(['early']);
    expect(bid(1).pricePaid).toBe(bid(1).reserveAtPlacing);
  });

  it('is recorded as won or with each new reason, once', () => {
    makeAgent(economy, 'a');
    makeAgent(economy, 'b');
    runCycle();
    runCycle();
    expect(economy.store.bids.fates(1)).toEqual([{ cycle: 1, reason: 'won' }]);
    expect(economy.store.bids.fates(2)).toEqual([
      { cycle: 1, reason: 'outranked by bid_1: no cpu_seconds left' },
      { cycle: 2, reason: 'won' },
    ]);
  });

  it('is refused with the number that would have passed', () => {
    makeAgent(economy, 'a', { credits: 500 });
    const place = (cpuMs: number, amount: number, earliestCycle = 0) =>
      placeBid(economy, 'a', { bundle: { ...BARE, cpuMs }, amount: micro(amount), earliestCycle });
    expect(place(1001, 900_000_000)).toMatchObject({ code: 'bundle_exceeds_supply', limit: 1 });
    const reserve = bundleCost(BARE, economy.store.markets.prices());
    expect(place(1000, reserve - 1)).toMatchObject({ code: 'below_reserve', limit: reserve / 1_000_000 });
    const { available } = economy.store.accounts.balance('a');
    expect(place(1000, available + 1)).toMatchObject({ code: 'insufficient_credits', limit: available / 1_000_000 });
    expect(place(1000, reserve, 361)).toMatchObject({ code: 'earliest_cycle_too_far', limit: 360 });
    expect(economy.store.bids.countPending()).toBe(1);
  });

  it('can be withdrawn by its payer alone, while it is pending', () => {
    makeAgent(economy, 'a');
    makeAgent(economy, 'b');
    expect(withdrawBid(economy, 'b', 1)).toMatchObject({ code: 'bid_not_found' });
    accepted(withdrawBid(economy, 'a', 1));
    expect(withdrawBid(economy, 'a', 1)).toMatchObject({ code: 'bid_not_pending' });
  });

  it('for another agent runs that agent, and waits while an own bid of it competes', () => {
    makeAgent(economy, 'patron');
    makeAgent(economy, 'artist');
    withdrawBid(economy, 'patron', 1);
    const amount = micro(300_000_000);
    const { bidId } = accepted(placeBid(economy, 'patron', { bundle: BARE, amount, forAgentId: 'artist' }));
    expect(runCycle()).toEqual(['artist']);
    expect(bid(bidId)).toMatchObject({ status: 'pending', lastReason: 'sponsored: an own bid of the agent competes' });
    expect(runCycle()).toEqual(['artist']);
    expect(economy.store.executions.get(2)).toMatchObject({ payerId: 'patron', agentId: 'artist' });
  });
});

describe('a cycle', () => {
  it('allocates one execution per agent at a time', () => {
    makeAgent(economy, 'a');
    bidFor(economy, 'a');
    const [execution = 0] = nextCycle(economy).allocated;
    expect(nextCycle(economy).allocated).toEqual([]);
    expect(bid(2)).toMatchObject({ passedOver: 0, lastReason: 'agent already running' });
    settle(economy, execution, 'stopped_by_operator');
    expect(nextCycle(economy).allocated).toHaveLength(1);
  });

  it('leaves a record that names supply, demand, prices before and after and the head of the chain', () => {
    makeAgent(economy, 'a');
    runCycle();
    expect(marketStateView(economy).recent[0]).toMatchObject({
      cycle: 1,
      bids: 1,
      competing: 1,
      winners: 1,
      supply: { cpu_seconds: 1 },
      demand: { cpu_seconds: 1, memory_mb: 64 },
      utilisation: { cpu_seconds: 1 },
      prices_before: { cpu_seconds: 100 },
      head: economy.store.transfers.head().hash,
    });
  });

  it('allocates and ages nothing while the market is paused, and says so', () => {
    makeAgent(economy, 'a');
    pauseMarket(economy, 'the engine does not answer');
    expect(nextCycle(economy)).toMatchObject({ allocated: [], pausedReason: 'the engine does not answer' });
    expect(bid(1)).toMatchObject({ passedOver: 0, lastReason: 'the market is paused' });
    resumeMarket(economy);
    expect(nextCycle(economy).allocated).toHaveLength(1);
  });

  it('forgets records older than history.cycles and keeps every transfer', () => {
    const short = openTestEconomy({ overrides: ['history.cycles=2'] });
    makeAgent(short, 'a');
    for (let cycle = 0; cycle < 6; cycle += 1) nextCycle(short);
    expect(short.store.cycles.page(100, 100).map(({ cycle }) => cycle)).toEqual([6, 5, 4]);
    expect(short.store.transfers.count()).toBe(3);
    short.close();
  });
});
