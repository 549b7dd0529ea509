import { expect, it } from 'vitest';
import { AskedUse } from '../../../../src/sandbox/stream/asked-use.ts';
import { fakeClock } from '../../../helpers/fake-clock.ts';

function asking() {
  const clock = fakeClock();
  const times = { asked: 0 };
  return { clock, times, use: new AskedUse(clock, () => times.asked++) };
}

it('is answered to all who ask at once, and asked anew afterwards', async () => {
  const { times, use } = asking();
  const [first, second] = [use.soFar(), use.soFar()];
  expect(times.asked).toBe(1);
  use.answered({ event: 'used', cpu_us: 12_345, memory_peak_bytes: 4096 });
  const answer = { cpuMs: 12.345, memoryPeakBytes: 4096 };
  expect(await Promise.all([first, second])).toEqual([answer, answer]);
  const third = use.soFar();
  expect(times.asked).toBe(2);
  use.answered({ event: 'used', cpu_us: null, memory_peak_bytes: null });
  expect(await third).toEqual({ cpuMs: undefined, memoryPeakBytes: undefined });
});

it('is not waited for longer than a second, and an answer that nobody waits for does nothing', async () => {
  const { clock, use } = asking();
  use.answered({ event: 'used', cpu_us: 1, memory_peak_bytes: null });
  const asked = use.soFar();
  clock.advance(1000);
  expect(await asked).toBeUndefined();
  use.answered({ event: 'used', cpu_us: 2, memory_peak_bytes: null });
  const again = use.soFar();
  use.answered({ event: 'used', cpu_us: 3000, memory_peak_bytes: null });
  expect(await again).toEqual({ cpuMs: 3, memoryPeakBytes: undefined });
});
