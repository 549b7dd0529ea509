import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../src/simulation/scenario/experiment.ts';
import { readScenario } from '../../src/simulation/scenario/scenario-file.ts';

interface RuleOff {
  readonly without: string;
  readonly name: string;
  readonly overrides: readonly string[];
  /** As many as broke a promise with every seed that was tried. */
  readonly days: number;
  /** More than one where there are seeds with which nothing happens in that time. */
  readonly seeds?: number;
}

/** Where records decide, the whale is not heard, rested or not. */
const AMOUNTS_DECIDE = ['attention.rank.by=amount', 'attention.rank.amount_cap=null', 'attention.rank.age_bonus=true'];

const RULES_OFF: readonly RuleOff[] = [
  {
    without: 'restarts, agents that can pay die of crashes',
    ...{ name: 'crash', overrides: ['lifecycle.restarts=0'], days: 0.1, seeds: 2 },
  },
  {
    without: 'resting, where amounts decide, the whale has most of the slots',
    ...{ name: 'whale', overrides: ['attention.rest_allocations=0', ...AMOUNTS_DECIDE], days: 0.03 },
  },
  {
    without: 'age, the patient wait too long',
    ...{ name: 'patience', overrides: ['market.age_bonus=0'], days: 0.01 },
  },
  {
    without: 'a price for unserved demand, half of what is scarce is idle',
    ...{ name: 'capacity', overrides: ['market.price_rule=band'], days: 0.006 },
  },
  {
    without: 'growing fees, there is no end of children',
    ...{ name: 'spawn', overrides: ['economy.spawn.fee_growth=1', 'economy.spawn.fee_base=1'], days: 0.02 },
  },
];

/** A rule that is turned off has to make a difference, or the scenario shows nothing. */
describe('without', () => {
  it.each(RULES_OFF)('$without', async ({ name, overrides, ...options }) => {
    const { verdicts } = await runExperiment({ ...readScenario(name), overrides, short: true, jobs: 1, ...options });
    expect(verdicts.some(({ holds }) => !holds)).toBe(true);
  });
});
