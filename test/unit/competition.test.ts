import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { competition } from '../../src/domain/competition.ts';
import type { AttentionHolder, MarketMoment, StandingBid, WaitCode } from '../../src/domain/market.ts';
import { fits } from '../../src/domain/resources.ts';
import { standingBids } from '../helpers/market-arbitraries.ts';
import { marketMoment, standingBid } from '../helpers/standing-bid.ts';

const ATTENTION = { attention: 1 } as const;

function codes(
  bids: StandingBid[],
  moment: Partial<MarketMoment> = {},
  rest = 3,
): Record<number, WaitCode | 'competes'> {
  const { competing, waiting } = competition(bids, marketMoment(moment), rest);
  return Object.fromEntries([...competing.map((bid) => [bid.id, 'competes'] as const), ...waiting]);
}

function holder(agentId: string, lineageId = agentId): AttentionHolder {
  return { agentId, lineageId };
}

describe('a bid', () => {
  it('competes where nothing stands against it', () => {
    expect(codes([standingBid(1)])).toEqual({ 1: 'competes' });
  });

  it('waits for attention where only a place is free that is kept from its lineage, and makes nobody rest', () => {
    const mine = standingBid(1, { agentId: 'a', lineageId: 'root', bundle: ATTENTION });
    const plain = standingBid(2, { agentId: 'b', lineageId: 'root' });
    const stranger = standingBid(3, { agentId: 'c', lineageId: 'c', bundle: ATTENTION });
    expect(codes([mine, plain, stranger], { keptFrom: 'root', recentAttention: [holder('c')] })).toEqual({
      1: 'last_place_kept',
      2: 'competes',
      3: 'competes',
    });
  });

  it('competes although its bundle does not fit', () => {
    expect(codes([standingBid(1, { bundle: { memoryMb: 50_000 } })])).toEqual({ 1: 'competes' });
  });

  it('waits while the market is paused, whatever else holds', () => {
    const running = { paused: true, runningAgents: new Set(['agent-1']) };
    expect(codes([standingBid(1), standingBid(2)], running)).toEqual({ 1: 'market_paused', 2: 'market_paused' });
  });

  it('waits while its agent runs, not while its payer does', () => {
    const bids = [standingBid(1, { agentId: 'a' }), standingBid(2, { agentId: 'b', payerId: 'a' })];
    expect(codes(bids, { runningAgents: new Set(['a']) })).toEqual({ 1: 'agent_running', 2: 'competes' });
  });

  it('waits until its earliest cycle and competes in it', () => {
    const bids = [standingBid(1, { earliestCycle: 11 }), standingBid(2, { earliestCycle: 10 })];
    expect(codes(bids, { cycle: 10 })).toEqual({ 1: 'earliest_cycle_ahead', 2: 'competes' });
  });

  it('waits for attention only where it asks for it', () => {
    const freeAtStart = { ...marketMoment().freeAtStart, attention: 0 };
    const bids = [standingBid(1, { bundle: ATTENTION }), standingBid(2)];
    expect(codes(bids, { freeAtStart })).toEqual({ 1: 'attention_held', 2: 'competes' });
  });
});

describe('tokens that the budget for models withholds', () => {
  const bids = [0, 10, 500, 501, 1501].map((tokens, place) => standingBid(place + 1, { bundle: { tokens } }));
  const freeAtStart = { ...marketMoment().freeAtStart, tokens: 500 };

  it('make those wait that would fit without it, and nobody else', () => {
    const competes = { 1: 'competes', 2: 'competes', 3: 'competes' };
    expect(codes(bids, { freeAtStart, tokensWithheld: 1000 })).toEqual({
      ...competes,
      ...{ 4: 'tokens_withheld', 5: 'competes' },
    });
    expect(codes(bids, { freeAtStart })).toEqual({ ...competes, ...{ 4: 'competes', 5: 'competes' } });
  });

  it('can be all of them', () => {
    const none = { freeAtStart: { ...freeAtStart, tokens: 0 }, tokensWithheld: 1500 };
    const waits = 'tokens_withheld';
    expect(codes(bids, none)).toEqual({ 1: 'competes', 2: waits, 3: waits, 4: waits, 5: 'competes' });
  });
});

describe('a sponsored bid', () => {
  const sponsored = standingBid(2, { agentId: 'a', payerId: 'patron', lineageId: 'a' });

  it('waits while an own bid of its agent competes', () => {
    expect(codes([standingBid(1, { agentId: 'a' }), sponsored])).toEqual({ 1: 'competes', 2: 'own_bid_competes' });
  });

  it('competes while the own bid waits', () => {
    const own = standingBid(1, { agentId: 'a', earliestCycle: 99 });
    expect(codes([own, sponsored])).toEqual({ 1: 'earliest_cycle_ahead', 2: 'competes' });
  });

  it('competes while the own bid rests, unless it asks for attention too', () => {
    const bids = [
      standingBid(1, { agentId: 'a', bundle: ATTENTION }),
      sponsored,
      { ...sponsored, id: 3, bundle: { ...sponsored.bundle, ...ATTENTION } },
      standingBid(4, { agentId: 'b', bundle: ATTENTION }),
    ];
    expect(codes(bids, { recentAttention: [holder('a')] })).toEqual({
      1: 'rests',
      2: 'competes',
      3: 'rests',
      4: 'competes',
    });
  });

  it('makes nobody rest while an own bid of its agent competes', () => {
    const bids = [
      standingBid(1, { agentId: 'a', bundle: ATTENTION }),
      standingBid(2, { agentId: 'b', payerId: 'patron', bundle: ATTENTION }),
      standingBid(3, { agentId: 'b' }),
    ];
    expect(codes(bids, { recentAttention: [holder('a')] })).toEqual({
      1: 'competes',
      2: 'own_bid_competes',
      3: 'competes',
    });
    expect(codes(bids.slice(0, 2), { recentAttention: [holder('a')] })).toEqual({ 1: 'rests', 2: 'competes' });
  });
});

describe('resting', () => {
  const mine = standingBid(1, { agentId: 'a', lineageId: 'root', bundle: ATTENTION });
  const sister = standingBid(2, { agentId: 'b', lineageId: 'root', bundle: ATTENTION });
  const stranger = standingBid(3, { agentId: 'x', bundle: ATTENTION });
  const recentAttention = [holder('a', 'root')];

  it('takes in a whole lineage while another lineage’s bid could be served', () => {
    expect(codes([mine, sister, stranger], { recentAttention })).toEqual({ 1: 'rests', 2: 'rests', 3: 'competes' });
  });

  it('leaves bids without attention alone', () => {
    const plain = { ...mine, bundle: { ...mine.bundle, attention: 0 as const } };
    expect(codes([plain, stranger], { recentAttention })).toEqual({ 1: 'competes', 3: 'competes' });
  });

  it('does not happen while nobody else asks for attention', () => {
    expect(codes([mine, standingBid(3)], { recentAttention })).toEqual({ 1: 'competes', 3: 'competes' });
  });

  it('does not happen while the other lineage’s bid does not fit or does not compete', () => {
    const large = { ...stranger, bundle: { ...stranger.bundle, memoryMb: 99_999 } };
    expect(codes([mine, large], { recentAttention })[1]).toBe('competes');
    expect(codes([mine, { ...stranger, earliestCycle: 99 }], { recentAttention })[1]).toBe('competes');
    expect(codes([mine, stranger], { recentAttention, runningAgents: new Set(['x']) })[1]).toBe('competes');
  });

  it('is told by agent where only recent lineages ask', () => {
    expect(codes([mine, sister], { recentAttention })).toEqual({ 1: 'rests', 2: 'competes' });
    const both = [holder('a', 'root'), holder('x')];
    expect(codes([mine, sister, stranger], { recentAttention: both })).toEqual({
      1: 'rests',
      2: 'competes',
      3: 'rests',
    });
  });

  it('is off where every agent that asks is recent', () => {
    const all = [holder('a', 'root'), holder('x')];
    expect(codes([mine, stranger], { recentAttention: all })).toEqual({ 1: 'competes', 3: 'competes' });
  });

  it('looks back over as many allocations as the rules say', () => {
    const longAgo = [holder('x'), holder('x'), holder('x'), holder('a', 'root')];
    expect(codes([mine, stranger], { recentAttention: longAgo }, 3)).toEqual({ 1: 'competes', 3: 'rests' });
    expect(codes([mine, stranger], { recentAttention: longAgo }, 4)).toEqual({ 1: 'competes', 3: 'competes' });
    expect(codes([mine, stranger], { recentAttention: longAgo }, 0)).toEqual({ 1: 'competes', 3: 'competes' });
  });

  it('gives the weaker of two who bid every cycle at least every fourth allocation', () => {
    let recent: AttentionHolder[] = [];
    const turns = Array.from({ length: 12 }, () => {
      const { competing } = competition([mine, stranger], marketMoment({ recentAttention: recent }), 3);
      const served = competing[0]!;
      recent = [holder(served.agentId, served.lineageId), ...recent];
      return served.agentId;
    });
    expect(turns.join('')).toBe('axaaaxaaaxaa');
  });
});

describe('any division of bids', () => {
  const agent = fc.integer({ min: 1, max: 5 });
  const lineageOf = (number: number) => `agent-${(number % 3) + 1}`;
  const someBids = standingBids({ bidsMax: 10, agentsMax: 5, amountMax: 9, priceMax: 1 }).chain((bids) =>
    fc
      .array(fc.record({ payer: agent, early: fc.boolean() }), { minLength: bids.length, maxLength: bids.length })
      .map((changes) =>
        bids.map((bid, index) => ({
          ...bid,
          payerId: changes[index]!.early ? bid.agentId : `agent-${changes[index]!.payer}`,
          earliestCycle: changes[index]!.payer === 5 ? 99 : 0,
        })),
      ),
  );
  const someMoment = fc.record({
    running: fc.subarray([1, 2, 3, 4, 5], { maxLength: 2 }),
    memoryMb: fc.constantFrom(10, 40, 200),
    recent: fc.array(agent, { maxLength: 4 }),
  });
  const moments = someMoment.map(({ running, memoryMb, recent }) =>
    marketMoment({
      runningAgents: new Set(running.map((number) => `agent-${number}`)),
      freeAtStart: { cpuMs: 5000, memoryMb, tokens: 10, attention: 1 },
      recentAttention: recent.map((number) => holder(`agent-${number}`, lineageOf(number))),
    }),
  );

  it('is what each rule says of each bid, given who competes', () => {
    fc.assert(
      fc.property(someBids, moments, (bids, moment) => {
        const { competing, waiting } = competition(bids, moment, 3);
        expect(competing.length + waiting.size).toBe(bids.length);
        const recent = moment.recentAttention.slice(0, 3);
        const lineages = recent.map((each) => each.lineageId);
        const agents = recent.map((each) => each.agentId);
        const served = competing.filter((bid) => bid.bundle.attention === 1 && fits(bid.bundle, moment.freeAtStart));
        const byLineage = served.some((bid) => !lineages.includes(bid.lineageId));
        const byAgent = served.some((bid) => !agents.includes(bid.agentId));
        for (const bid of bids) {
          const rests = byLineage ? lineages.includes(bid.lineageId) : byAgent && agents.includes(bid.agentId);
          const ownCompetes = competing.some((each) => each.agentId === bid.agentId && each.payerId === bid.agentId);
          let expected: WaitCode | undefined;
          if (moment.runningAgents.has(bid.agentId)) expected = 'agent_running';
          else if (bid.earliestCycle > moment.cycle) expected = 'earliest_cycle_ahead';
          else if (bid.bundle.attention === 1 && rests) expected = 'rests';
          else if (bid.payerId !== bid.agentId && ownCompetes) expected = 'own_bid_competes';
          expect(waiting.get(bid.id)).toBe(expected);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves attention to somebody wherever somebody could be served without the rest rule', () => {
    const couldServe = (competing: readonly StandingBid[], moment: MarketMoment) =>
      competing.some((bid) => bid.bundle.attention === 1 && fits(bid.bundle, moment.freeAtStart));
    fc.assert(
      fc.property(someBids, moments, (bids, moment) => {
        const served = couldServe(competition(bids, moment, 0).competing, moment);
        expect(couldServe(competition(bids, moment, 3).competing, moment)).toBe(served);
      }),
      { numRuns: 1000 },
    );
  });
});
