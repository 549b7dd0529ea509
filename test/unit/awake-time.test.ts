import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwakeTime } from '../../src/platform/awake-time.ts';

describe('time awake', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('passes as the clock does while the process can run, however seldom it is asked', () => {
    let raw = 1_000;
    const time = new AwakeTime(() => raw);
    const begun = time.read();
    for (let second = 0; second < 3600; second++) {
      raw += 1_000;
      vi.advanceTimersByTime(1_000);
    }
    expect(time.read() - begun).toBe(3_600_000);
  });

  it('stands still over a gap in which the clock went on and nothing ran', () => {
    let raw = 0;
    const time = new AwakeTime(() => raw);
    const begun = time.read();
    raw += 8 * 3_600_000;
    expect(time.read() - begun).toBe(1_000);
    raw += 500;
    expect(time.read() - begun).toBe(1_500);
  });
});
