import { afterAll, expect, it } from 'vitest';
import { programHome } from '../helpers/program.ts';

// The built program, whose threads are other files than those of its sources. No container is needed.

const place = programHome();
afterAll(() => place.close());

interface Answer {
  readonly ok: boolean;
  readonly variants: Readonly<Record<string, { readonly runs: readonly { seed: string; head: string }[] }>>;
}

it('a scenario comes out the same on two threads as on one', async () => {
  const args = ['simulate', '--scenario', 'attention', '--seeds', '3', '--days', '0.01', '--short'];
  const heads = async (jobs: string) => {
    const { variants } = await place.json<Answer>(...args, '--jobs', jobs);
    return variants['as-it-stands']?.runs.map(({ seed, head }) => `${seed} ${head}`);
  };
  const one = await heads('1');
  expect(one).toHaveLength(3);
  expect(await heads('2')).toEqual(one);
});

it('what goes wrong in a thread is told as it would be without', async () => {
  const args = ['simulate', '--scenario', 'attention', '--days', '0.01', '--seeds', '1', '--jobs', '2'];
  const { status, stderr } = await place.run(...args, '--set', 'scenario.population.useful.credits=0.001');
  expect(stderr).toContain('scenario attention, seed 1: useful-1');
  expect(stderr).toContain('(scenario_broken)');
  expect(status).toBe(1);
});
