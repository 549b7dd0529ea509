import { expect, it } from 'vitest';
import { RunningUses } from '../../src/operator/running-uses.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

function metered() {
  const run = { asked: 0, cpuMs: 100 };
  return {
    run,
    usedCpuMs: () => {
      run.asked += 1;
      return Promise.resolve(run.cpuMs);
    },
    memoryPeakBytes: () => Promise.reject(new Error('gone')),
  };
}

it('asks nothing until somebody looks, and at most once a second then', async () => {
  const clock = fakeClock();
  const uses = new RunningUses(clock);
  const first = metered();
  uses.follow(1, first);
  clock.advance(5000);
  expect(first.run.asked).toBe(0);
  const told = { id: 'exe_1', cpu_seconds: 0.1, memory_mb_peak: null };
  expect(await Promise.all([uses.now(), uses.now()])).toEqual([[told], [told]]);
  first.run.cpuMs = 900;
  clock.advance(999);
  expect(await uses.now()).toEqual([told]);
  expect(first.run.asked).toBe(1);
  clock.advance(1);
  expect(await uses.now()).toEqual([{ ...told, cpu_seconds: 0.9 }]);
  uses.forget(1);
  clock.advance(1000);
  expect(await uses.now()).toEqual([]);
});
