import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { torture } from '../torture/torture.ts';

/** Each commit is killed at other instants. */
const SEED = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
const ROUNDS = 5;

it(`${ROUNDS} kills at instants of the commit's lose nothing: npm run torture -- --rounds ${ROUNDS} --seed ${SEED}`, async () => {
  expect(await torture({ rounds: ROUNDS, seed: SEED, say: () => undefined })).toEqual([]);
});
