import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../src/simulation/scenario/experiment.ts';
import { readScenario } from '../../src/simulation/scenario/scenario-file.ts';

/** A rule that is turned off has to make a difference, or the scenario shows nothing. */
describe('without', () => {
  it.each([
    ['restarts, agents that can pay die of crashes', 'crash', ['lifecycle.restarts=0']],
    ['resting, the whale has most of the slots', 'whale', ['attention.rest_allocations=0']],
    ['age, the patient wait too long', 'patience', ['market.age_bonus=0']],
    ['a price for unserved demand, half of what is scarce is idle', 'capacity', ['market.price_rule=band']],
    ['growing fees, there is no end of children', 'spawn', ['economy.spawn.fee_growth=1', 'economy.spawn.fee_base=1']],
  ])('%s', async (_, name, overrides) => {
    const { verdicts } = await runExperiment({ ...readScenario(name), overrides, short: true, jobs: 1 });
    expect(verdicts.some(({ holds }) => !holds)).toBe(true);
  });
});
