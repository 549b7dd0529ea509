import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dayOf, SPENT_MAX } from '../../../src/domain/model-budget.ts';
import { openTestEconomy, runningAgent, type TestEconomy } from '../../helpers/economy.ts';
import { clearCycle } from '../../../src/economy/market/clear-cycle.ts';

let economy: TestEconomy;
let executionIds: readonly number[];
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['history.spending_days=2'] });
  executionIds = ['ann', 'bob'].map((id) => runningAgent(economy, id).execution.id);
});
afterEach(() => economy.close());

const DAY_MS = 86_400_000;
const today = () => dayOf(economy.clock.now());

function spend(place: number, day: number, money: number, model = 'gpt'): void {
  const usage = { input: 3, cached: 2, output: 1 };
  const executionId = executionIds[place]!;
  economy.store.transaction(() => economy.store.spending.add({ executionId, model, day, usage, billed: 6, money }));
}

describe('what was spent', () => {
  it('is summed by agent and by model, the dearest first', () => {
    spend(0, today(), 5);
    spend(1, today(), 7);
    spend(1, today() - 1, 1, 'claude');
    spend(0, today(), 4);
    const { spending } = economy.store;
    const counts = (calls: number) => ({
      calls,
      input: 3 * calls,
      cached: 2 * calls,
      output: calls,
      billed: 6 * calls,
    });
    expect(spending.sums('agent', today(), 10)).toEqual([
      { name: 'ann', ...counts(2), money: 9 },
      { name: 'bob', ...counts(1), money: 7 },
    ]);
    expect(spending.sums('model', -1, 10)).toEqual([
      { name: 'gpt', ...counts(3), money: 16 },
      { name: 'claude', ...counts(1), money: 1 },
    ]);
    expect(spending.sums('model', -1, 1)).toHaveLength(1);
    expect(spending.since(today())).toEqual({ tokens: 18, money: 16 });
    expect(spending.since(-1)).toEqual({ tokens: 24, money: 17 });
  });

  it('is kept as one sum of each agent and model once its days are old, also where more comes to it', () => {
    const { spending } = economy.store;
    for (let day = 0; day < 6; day++) {
      for (const place of [0, 1]) spend(place, today(), 10);
      // Of a call that began long ago.
      spend(0, today() - 4, 1);
      clearCycle(economy, { runningMs: 0 });
      economy.clock.advance(DAY_MS);
    }
    expect(spending.since(-1)).toEqual({ tokens: 6 * 18, money: 6 * 21 });
    expect(spending.sums('agent', -1, 10)).toMatchObject([
      { name: 'ann', calls: 12, money: 66 },
      { name: 'bob', calls: 6, money: 60 },
    ]);
    // Cleared a day ago: that day, the two before it and the sums of all earlier ones.
    expect(spending.since(today() - 3)).toEqual({ tokens: 36, money: 60 });
    expect(spending.since(0)).toEqual(spending.since(today() - 3));
    expect(spending.newestDay()).toBe(today() - 1);
  });

  it('never leaves the exact integers', () => {
    for (let day = 0; day < 3; day++) spend(0, today() + day, SPENT_MAX);
    spend(0, today(), SPENT_MAX);
    expect(economy.store.spending.since(-1).money).toBe(SPENT_MAX);
    expect(economy.store.spending.sums('agent', -1, 1)[0]?.money).toBe(SPENT_MAX);
  });
});
