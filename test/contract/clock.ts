import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/platform/clock.ts';

export interface ClockAtWork {
  readonly clock: Clock;
  /** Lets at least this much time pass where it doesn't pass by itself. */
  readonly pass: (milliseconds: number) => void;
}

/** What every `Clock` keeps to. Real time may be slow: only the order of things is asserted. */
export function itKeepsToClock(name: string, open: () => ClockAtWork): void {
  describe(name, () => {
    let clock: Clock;
    let pass: ClockAtWork['pass'];
    beforeEach(() => {
      ({ clock, pass } = open());
    });

    it('tells milliseconds since 1970', () => {
      const now = clock.now();
      expect(Number.isInteger(now)).toBe(true);
      expect(new Date(now).getUTCFullYear()).toBeGreaterThan(2024);
    });

    it('goes on while somebody sleeps, and never back', async () => {
      const before = clock.monotonic();
      const sleeping = clock.sleep(20);
      pass(20);
      await sleeping;
      expect(clock.monotonic()).toBeGreaterThan(before);
    });

    it('wakes who sleeps shorter first, whoever began first', async () => {
      const woken: string[] = [];
      const all = [
        clock.sleep(60).then(() => woken.push('long')),
        clock.sleep(5).then(() => woken.push('short')),
        clock.sleep(30).then(() => woken.push('middle')),
      ];
      pass(60);
      await Promise.all(all);
      expect(woken).toEqual(['short', 'middle', 'long']);
    });

    it.each([0, -5])('wakes who sleeps %d milliseconds', async (milliseconds) => {
      const sleeping = clock.sleep(milliseconds);
      pass(0);
      await expect(sleeping).resolves.toBeUndefined();
    });

    it.each([new Error('stop'), 'no error'])('wakes at once with the reason of an abort: %s', async (reason) => {
      await expect(clock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
      const { sleeping, controller } = sleeper(60_000);
      controller.abort(reason);
      await expect(sleeping).rejects.toBe(reason);
    });

    it('lets the others sleep on when one is woken', async () => {
      const other = clock.sleep(10);
      const { sleeping, controller } = sleeper(5);
      controller.abort(new Error('stop'));
      await expect(sleeping).rejects.toThrow('stop');
      pass(10);
      await expect(other).resolves.toBeUndefined();
    });

    it('has nothing more to do with a signal when the sleep is over', async () => {
      const { sleeping, controller } = sleeper(5);
      pass(5);
      await sleeping;
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      controller.abort(new Error('too late'));
      await expect(sleeping).resolves.toBeUndefined();
    });

    function sleeper(milliseconds: number) {
      const controller = new AbortController();
      return { controller, sleeping: clock.sleep(milliseconds, controller.signal) };
    }
  });
}
