import { expect, it } from 'vitest';
import { killCalls } from '../helpers/killed-calls.ts';

/** Some hit it while it starts, or at the end of its budget. */
const KILLS = 240;
const AMID_CALLS = 200;

it(`${AMID_CALLS} kills in the middle of calls overspend no budget, and leave nothing reserved`, async () => {
  const found = await killCalls({ kills: KILLS, seed: 'two hundred kills', totalShare: 0.9 });
  process.stdout.write(`${JSON.stringify(found)}\n`);
  expect(found.faults).toEqual([]);
  expect(found.amidCalls).toBeGreaterThanOrEqual(AMID_CALLS);
  expect(found.highest['day.tokens']).toBeGreaterThan(0.9);
});
