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
  const [first, second] = [use.cpuMs(), use.cpuMs()];
  expect(times.asked).toBe(1);
  use.answered(12_345);
  expect(await Promise.all([first, second])).toEqual([12.345, 12.345]);
  const third = use.cpuMs();
  expect(times.asked).toBe(2);
  use.answered(null);
  expect(await third).toBeUndefined();
});

it('is not waited for longer than a second, and an answer that nobody waits for does nothing', async () => {
  const { clock, use } = asking();
  use.answered(1);
  const asked = use.cpuMs();
  clock.advance(1000);
  expect(await asked).toBeUndefined();
  use.answered(2);
  const again = use.cpuMs();
  use.answered(3000);
  expect(await again).toBe(3);
});
