import { describe, expect, it } from 'vitest';
import { inTurns } from '../../src/operator/history/in-turns.ts';

const clock = { monotonic: () => performance.now() };

/** A step that takes two milliseconds. */
function busyStep(): void {
  for (const end = performance.now() + 2; performance.now() < end;);
}

describe('work in turns', () => {
  it('is done to its end, and lets timers fire in between', async () => {
    let fired = 0;
    const timer = setInterval(() => (fired += 1), 1);
    let left = 30;
    const step = () => {
      busyStep();
      return (left -= 1) === 0;
    };
    expect(await inTurns(step, { clock, patienceMs: Infinity })).toBe(true);
    clearInterval(timer);
    expect(fired).toBeGreaterThan(2);
  });

  it('stops when patience is over, and says so', async () => {
    const step = () => {
      busyStep();
      return false;
    };
    expect(await inTurns(step, { clock, patienceMs: 20 })).toBe(false);
  });
});
