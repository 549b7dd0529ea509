import { beforeEach, expect, it } from 'vitest';
import { createAlarm, type Alarm } from '../../src/service/alarm.ts';
import { fakeClock, type FakeClock } from '../helpers/fake-clock.ts';

let clock: FakeClock;
let closed: AbortController;
let rung: number[];
let alarm: Alarm;
beforeEach(() => {
  clock = fakeClock();
  closed = new AbortController();
  rung = [];
  alarm = createAlarm(clock, closed.signal, () => rung.push(clock.monotonic()));
});

async function pass(...steps: readonly number[]): Promise<void> {
  for (const step of steps) {
    clock.advance(step);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('an alarm rings once, after the time for which it was last set, with one sleep for all settings', async () => {
  for (let count = 0; count < 5; count++) {
    alarm.set(100);
    await pass(60);
    expect(clock.sleepers).toBe(1);
  }
  expect(rung).toEqual([]);
  await pass(40, 1000);
  expect(rung).toEqual([340]);
  alarm.set(10);
  await pass(10);
  expect(rung).toEqual([340, 1350]);
});

it('an alarm that is set to ring sooner rings sooner, and not again when it first was to', async () => {
  alarm.set(100);
  alarm.set(10);
  await pass(10, 90, 1000);
  expect(rung).toEqual([10]);
});

it('an alarm that is put off is silent, and can be set again while it sleeps on', async () => {
  alarm.set(100);
  alarm.putOff();
  await pass(50);
  alarm.set(100);
  await pass(99);
  expect(rung).toEqual([]);
  await pass(1);
  expect(rung).toEqual([150]);
  alarm.set(100);
  alarm.putOff();
  await pass(100);
  expect(clock.sleepers).toBe(0);
});

it('an alarm is silent when its signal is aborted', async () => {
  alarm.set(100);
  closed.abort();
  await pass(100);
  expect(rung).toEqual([]);
  expect(clock.sleepers).toBe(0);
});
