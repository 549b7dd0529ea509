import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../src/simulation/scenario/experiment.ts';
import { readScenario } from '../../src/simulation/scenario/scenario-file.ts';
import { keepTheirPromises, OTHER_SCENARIOS } from '../helpers/short-scenarios.ts';

describe('the scenario', () => keepTheirPromises(OTHER_SCENARIOS));

describe('a scenario', () => {
  it('goes the same way for the same seed, and another for another one', async () => {
    const options = { ...readScenario('attention'), days: 0.01, short: true, jobs: 1 };
    const heads = async (seed: string) =>
      [...(await runExperiment({ ...options, seeds: 2, seed })).runs.values()].flat().map(({ head }) => head);
    const [first, second] = await heads('a');
    expect(await heads('a')).toEqual([first, second]);
    expect(second).not.toBe(first);
    expect(await heads('b')).not.toContain(first);
  });
});
