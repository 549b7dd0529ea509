import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { FAULTS, type Fault } from '../../src/simulation/faults.ts';
import { simulate } from '../../src/simulation/simulation.ts';

/** Each commit tries other ways; the name of the test tells how to try these again. */
const COMMIT = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
const SEEDS = Array.from({ length: 8 }, (_, number) => `${COMMIT}/${number}`);
const CYCLES = 400;

describe('a simulated economy', () => {
  it.each(SEEDS)(`keeps every rule and settles: npm run simulate -- --seed %s --cycles ${CYCLES}`, async (seed) => {
    const { finding, executions } = await simulate({ seed, cycles: CYCLES });
    expect(finding).toBeUndefined();
    expect(executions).toBeGreaterThan(0);
  });

  it('goes the same way for the same seed, and another for another one', async () => {
    const [first, again, other] = [
      await simulate({ seed: 'same', cycles: 100 }),
      await simulate({ seed: 'same', cycles: 100 }),
      await simulate({ seed: 'other', cycles: 100 }),
    ];
    expect(again).toEqual(first);
    expect(other.head).not.toBe(first.head);
  });

  it('meets every fault', async () => {
    const met = new Set<string>();
    for (let seed = 0; met.size < Object.keys(FAULTS).length && seed < 10; seed++) {
      const { faults } = await simulate({ seed: `faults ${seed}`, cycles: 300 });
      for (const fault of Object.keys(faults) as Fault[]) if (faults[fault] > 0) met.add(fault);
    }
    expect([...met].sort()).toEqual(Object.keys(FAULTS).sort());
  });

  it('settles at once where nothing was begun', async () => {
    expect((await simulate({ seed: 'none', cycles: 0 })).finding).toBeUndefined();
  });
});
