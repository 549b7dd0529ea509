import { expect, it } from 'vitest';
import { runExperiment } from '../../src/simulation/scenario/experiment.ts';
import { readScenario, scenarioNames } from '../../src/simulation/scenario/scenario-file.ts';

/** Of the human's attention, most of them: run beside the others, since together they take minutes. */
const OF_ATTENTION = new Set([
  ...[
    'alone',
    'attention',
    'binding',
    'comeback',
    'crowd',
    'hysteresis-attention',
    'letters',
    'newcomer',
    'rich',
    'royalty',
  ],
  ...['selection', 'shading', 'slack', 'thirty', 'visits', 'whale'],
]);

export const ATTENTION_SCENARIOS = scenarioNames().filter((name) => OF_ATTENTION.has(name));
export const OTHER_SCENARIOS = scenarioNames().filter((name) => !OF_ATTENTION.has(name));

/** Each with a seed of its own in full: `npm run simulate -- --scenario NAME`. */
export function keepTheirPromises(names: readonly string[]): void {
  it.each(names)('%s shows what it promises, in its short form', async (name) => {
    const { verdicts } = await runExperiment({ ...readScenario(name), short: true, jobs: 1 });
    expect(verdicts.length).toBeGreaterThan(0);
    expect(verdicts.filter(({ holds }) => !holds)).toEqual([]);
  });
}
