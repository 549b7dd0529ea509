import { describe, expect, it } from 'vitest';
import { watchBudget, type Budget } from '../../../src/sandbox/lifecycle/budget-watch.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const BUDGET: Budget = { cpuMs: 1000, wallMs: 60_000, marginMs: 500, cpus: 2 };

/** Plays an execution that uses `rate` CPU milliseconds in each millisecond; tells when and why the host would end it. */
async function play(rate: number | undefined, budget = BUDGET) {
  const clock = fakeClock();
  const used = () => (rate === undefined ? undefined : clock.monotonic() * rate);
  let reads = 0;
  let reason: string | undefined;
  const watch = watchBudget(clock, budget, 0, () => (reads++, used()), new AbortController().signal);
  void watch.then((found) => (reason = found));
  while (reason === undefined && clock.monotonic() < 200_000) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10);
  }
  return { reason, atMs: clock.monotonic(), reads };
}

describe('the backstop', () => {
  it('ends what uses more CPU than its budget and the margin, soon after', async () => {
    const { reason, atMs } = await play(2);
    expect(reason).toBe('cpu_backstop');
    expect(atMs).toBeGreaterThanOrEqual(750);
    expect(atMs).toBeLessThan(900);
  });

  it('lets an execution be that stays within its budget, until its wall time and the margin are over', async () => {
    const { reason, atMs } = await play(0.01);
    expect(reason).toBe('wall_backstop');
    expect(atMs).toBeGreaterThanOrEqual(60_500);
    expect(atMs).toBeLessThan(60_600);
  });

  it('keeps the wall time where the CPU time can not be read', async () => {
    expect(await play(undefined)).toMatchObject({ reason: 'wall_backstop' });
  });

  it('looks seldom while there is much left', async () => {
    const { reads } = await play(0.001, { ...BUDGET, cpuMs: 1_000_000 });
    expect(reads).toBeLessThan(20);
  });

  it('ends with its signal', async () => {
    const controller = new AbortController();
    const watch = watchBudget(fakeClock(), BUDGET, 0, () => 0, controller.signal);
    controller.abort(new Error('over'));
    await expect(watch).rejects.toThrow('over');
  });
});
