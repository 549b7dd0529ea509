import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/service/pace.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

describe('the pace of an execution', () => {
  it('lets a burst through, then as many a second as are allowed, and refuses the rest', () => {
    const clock = fakeClock();
    const pace = createPace(clock, { perSecond: 10, burst: 5 });
    const take = (count: number) => Array.from({ length: count }, () => pace.take()).filter(Boolean).length;
    expect(take(9)).toBe(5);
    expect(pace.pauseMs()).toBe(0);
    clock.advance(1000);
    expect(take(9)).toBe(5);
  });

  it('stops reading once as many were refused, until that is paid off', () => {
    const clock = fakeClock();
    const pace = createPace(clock, { perSecond: 10, burst: 5 });
    for (let count = 0; count < 10; count++) pace.take();
    expect(pace.pauseMs()).toBe(600);
    clock.advance(599);
    expect(pace.pauseMs()).toBeGreaterThan(0);
    clock.advance(1);
    expect(pace.pauseMs()).toBe(0);
    expect(pace.take()).toBe(true);
  });

  it('keeps no more than a burst for later', () => {
    const clock = fakeClock();
    const pace = createPace(clock, { perSecond: 10, burst: 5 });
    clock.advance(1_000_000);
    expect(Array.from({ length: 9 }, () => pace.take()).filter(Boolean)).toHaveLength(5);
  });
});
