import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allocate } from '../../src/domain/allocation-scheduler.ts';
import { micro } from '../../src/domain/credits.ts';
import { formatId } from '../../src/domain/ids.ts';
import { recordedClearing, type RecordedClearing } from '../../src/economy/market/clearing-record.ts';
import type { Economy } from '../../src/economy/economy.ts';
import { explainBid } from '../../src/economy/replay/explain-bid.ts';
import { replayReport, type ReplayOptions } from '../../src/economy/replay/replay-report.ts';
import { scenarioEconomy } from '../helpers/scenario-economy.ts';
import { STORE } from '../../src/economy/internal/store-key.ts';

/** Everything is scarce: CPU, memory and attention; somebody always has to wait. */
const CROWDED = `
about: many want much
config: { attention: { lots: { share: 0.2 } } }
population:
  useful: {strategy: seeker, count: 5, quality: [4, 9], credits: 3000}
  whale: {strategy: whale, credits: 100000, quality: [3, 3], settings: {attention_over: 20}}
  workers: {strategy: worker, count: 12, credits: 100000, settings: {bundle: {cpu_seconds: 20, memory_mb: 2000}, nap_cycles_max: 5}}
  poor: {strategy: seeker, count: 3, quality: [4, 9], credits: 40}
  patient: {strategy: patient, count: 3, credits: 100000, settings: {bundle: {cpu_seconds: 20, memory_mb: 1000}}}
human: {answer_seconds: [5, 90]}
`;
const ALL: ReplayOptions = { from: 0, to: 1e9, changes: { supply: false, prices: false } };

let economy: Economy;
let cycles: number;
beforeAll(async () => {
  economy = await scenarioEconomy(CROWDED, 0.4);
  ({ cycle: cycles } = economy[STORE].state.get());
});
afterAll(() => economy[STORE].close());

function clearing(cycle: number): RecordedClearing {
  const found = recordedClearing(economy, cycle);
  if (!found) throw new Error(`cycle ${cycle} is not on record`);
  return found;
}

function under(overrides: Partial<Economy['config']['market']>): Economy {
  return { ...economy, config: { ...economy.config, market: { ...economy.config.market, ...overrides } } };
}

describe('the record of a cycle', () => {
  it('holds all that it was cleared from', () => {
    const executions = economy[STORE].executions.page(1e9, 1e6);
    let contested = 0;
    let lots = 0;
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const { winners, ranked } = allocate(clearing(cycle).input);
      const inCycle = executions.filter((execution) => execution.cycle === cycle);
      lots += inCycle.filter(({ price }) => price === 0).length;
      const real = inCycle.filter(({ price }) => price > 0);
      const sorted = winners.map(({ bidId, price }) => [bidId, price] as const).sort(([a], [b]) => a - b);
      expect(sorted).toEqual(real.map(({ bidId, price }) => [bidId, price] as const).sort(([a], [b]) => a - b));
      if (ranked.length > winners.length) contested++;
    }
    expect(contested).toBeGreaterThan(cycles / 2);
    expect(lots).toBeGreaterThan(0);
  });
});

describe('a replay', () => {
  it('under the rules of the record gives the record', () => {
    const report = replayReport(economy, ALL);
    expect(report).toMatchObject({ from: 1, to: cycles });
    expect(report?.replayed).toEqual(report?.recorded);
    for (const { recorded, replayed } of report?.agents ?? []) expect(replayed).toEqual(recorded);
    // What was won by lot was in no clearing.
    const bought = economy[STORE].executions.page(1e9, 1e6).filter(({ price }) => price > 0);
    expect(report?.recorded.won).toBe(bought.length);
  });

  it('with moving prices of the same rule gives the same prices, and so the same winners', () => {
    const report = replayReport(economy, { ...ALL, changes: { supply: true, prices: true } });
    expect(report?.replayed).toEqual(report?.recorded);
  });

  it('where the highest bid wins, the whale pays what it bids', () => {
    const paid = (deps: Economy) =>
      replayReport(deps, ALL)?.agents.find((it) => it.agent_id === 'whale-1')?.replayed.paid ?? 0;
    expect(paid(under({ mechanism: 'highest-bid' }))).toBeGreaterThan(2 * paid(economy));
  });

  it('with half of the CPU serves fewer', () => {
    const { supply } = economy.derived;
    const half = { ...economy, derived: { ...economy.derived, supply: { ...supply, cpuMs: supply.cpuMs / 2 } } };
    const report = replayReport(half, { ...ALL, changes: { supply: true, prices: false } });
    expect(report?.replayed.won).toBeLessThan(report?.recorded.won ?? 0);
    expect(report?.replayed.utilisation.cpu_seconds).toBeLessThanOrEqual(1);
  });

  it('clears the cycles that it is asked for, and none where none is on record', () => {
    expect(replayReport(economy, { ...ALL, from: 10, to: 20 })).toMatchObject({ from: 10, to: 20 });
    expect(replayReport(economy, { ...ALL, from: cycles + 1 })).toBeUndefined();
  });
});

describe('an explanation', () => {
  it('names the least amount with which a bid would have won, and no less would have done', () => {
    let losers = 0;
    for (let cycle = 50; cycle < 70; cycle++) {
      const { input } = clearing(cycle);
      for (const bid of input.bids) {
        const explained = explainBid(economy, bid.id, 1000).find((it) => it.cycle === cycle);
        if (explained?.rank === null || explained?.least_amount === null || explained === undefined) continue;
        const wins = (amount: number) => {
          const others = input.bids.filter(({ agentId }) => agentId !== bid.agentId);
          const changed = { ...bid, amount: micro(amount) };
          return allocate({ ...input, bids: [...others, changed] }).winners.some(({ bidId }) => bidId === bid.id);
        };
        const least = Math.round(explained.least_amount * 1e6);
        expect(wins(least)).toBe(true);
        if (explained.set_by !== null && least > bid.reserveAtPlacing) expect(wins(least - 1)).toBe(false);
        if (explained.fate !== 'won') losers++;
      }
    }
    expect(losers).toBeGreaterThan(20);
  });

  it('tells the price of a winner, what was short, and who stood before', () => {
    for (const { bidId, cycle, price } of economy[STORE].executions.page(1e9, 50)) {
      const won = explainBid(economy, bidId, 1000).at(-1);
      expect(won).toMatchObject({ cycle, fate: 'won', short_of: null, least_amount: price / 1e6 });
    }
    const { input } = clearing(60);
    const { fates } = allocate(input);
    for (const { bidId, reason } of fates) {
      const told = explainBid(economy, bidId, 1000).find((it) => it.cycle === 60);
      expect(told?.short_of).toBe('resource' in reason ? reason.resource : null);
      if (reason.code === 'outranked') expect(told?.before_count).toBeGreaterThanOrEqual(told?.before.length ?? 0);
      if (reason.code === 'outranked' && told?.before_count === told?.before.length)
        expect(told?.before.map(({ bid }) => bid)).toContain(formatId('bid', reason.bidId));
    }
  });
});
