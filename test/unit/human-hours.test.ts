import { afterEach, describe, expect, it } from 'vitest';
import { humanHours } from '../../src/config/human-hours.ts';

const MINUTE_MS = 60_000;
/** Whole hours, halves and quarters from UTC, summer times of an hour and of half an hour, and a day left out. */
const ZONES = ['UTC', 'Europe/Zurich', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia'];
const INSTANTS = [
  Date.UTC(2026, 2, 29),
  Date.UTC(2026, 9, 25),
  Date.UTC(2026, 2, 8, 4),
  Date.UTC(2026, 3, 4, 13),
  Date.UTC(2011, 11, 30, 8),
];

describe("the hour of the human's calendar", () => {
  const machine = process.env['TZ'];
  afterEach(() => {
    if (machine === undefined) delete process.env['TZ'];
    else process.env['TZ'] = machine;
  });

  it.each(ZONES)('is by the clock of the machine in %s as by that of the zone by its name', (zone) => {
    process.env['TZ'] = zone;
    for (const instant of INSTANTS) {
      for (let minute = 0; minute < 240; minute += 7) {
        const now = instant + minute * MINUTE_MS;
        expect(humanHours({ time_zone: null })(now)).toEqual(humanHours({ time_zone: zone })(now));
      }
    }
  });
});
