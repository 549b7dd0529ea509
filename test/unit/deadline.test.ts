import { describe, expect, it } from 'vitest';
import { BpError } from '../../src/platform/errors.ts';
import { withDeadline } from '../../src/platform/deadline.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

const late = () => new BpError('sandbox_engine', 'too late');
const never = () => new Promise<never>(() => undefined);

describe('work with a deadline', () => {
  it('gives what it gives in time, and leaves no timer', async () => {
    const clock = fakeClock();
    expect(await withDeadline({ clock, milliseconds: 100, late }, () => Promise.resolve(7))).toBe(7);
    expect(clock.sleepers).toBe(0);
  });

  it('fails with its own error', async () => {
    const work = withDeadline({ clock: fakeClock(), milliseconds: 100, late }, () => Promise.reject(new Error('own')));
    await expect(work).rejects.toThrow('own');
  });

  it('is told to end and given up when the time has passed, whether it heeds that or not', async () => {
    const clock = fakeClock();
    let told: AbortSignal | undefined;
    const work = withDeadline({ clock, milliseconds: 100, late }, (signal) => {
      told = signal;
      return never();
    });
    clock.advance(99);
    expect(told?.aborted).toBe(false);
    clock.advance(1);
    await expect(work).rejects.toMatchObject({ code: 'sandbox_engine' });
    expect(told?.aborted).toBe(true);
  });

  it('is given up with the reason of the caller', async () => {
    const clock = fakeClock();
    const caller = new AbortController();
    const work = withDeadline({ clock, milliseconds: 100, late, signal: caller.signal }, never);
    caller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect(clock.sleepers).toBe(0);
  });

  it('is not begun where the caller has given up already', async () => {
    let begun = false;
    const signal = AbortSignal.abort(new Error('enough'));
    const work = withDeadline({ clock: fakeClock(), milliseconds: 100, late, signal }, async () => {
      begun = true;
    });
    await expect(work).rejects.toThrow('enough');
    expect(begun).toBe(false);
  });
});
