import { expect, it } from 'vitest';
import { killCalls } from '../../helpers/killed-calls.ts';

// `npm run test:kills` kills it 200 times.

it('whenever the program is killed, the budget holds and nothing stays reserved', async () => {
  const found = await killCalls({ kills: 10, seed: 'kills of every commit', totalShare: 0.3 });
  expect(found.faults).toEqual([]);
  expect(found.amidCalls).toBeGreaterThan(1);
  expect(found.lost).toBeGreaterThan(found.amidCalls);
  // Both limits in tokens were met, or nearly.
  expect(found.highest['day.tokens']).toBeGreaterThan(0.5);
  expect(found.highest['total.tokens']).toBeGreaterThan(0.9);
});
