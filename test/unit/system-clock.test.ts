import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/system-clock.ts';

describe('the system clock', () => {
  const clock = systemClock();

  it('sleeps at least as long as it is asked to', async () => {
    const before = clock.monotonic();
    await clock.sleep(20);
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(19);
  });

  it('wakes with the reason of an abort, before or while it sleeps', async () => {
    const reason = new Error('stop');
    await expect(clock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const sleeping = clock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
  });

  it('sleeps longer than one timer can', async () => {
    const controller = new AbortController();
    let awake = false;
    const sleeping = clock.sleep(3_000_000_000, controller.signal).finally(() => (awake = true));
    await clock.sleep(20);
    expect(awake).toBe(false);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
  });
});
