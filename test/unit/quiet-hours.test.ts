import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { quietHours } from '../../src/config/quiet-hours.ts';
import { parseQuietHours } from '../../src/domain/quiet-hours.ts';

const of = (hours: readonly string[], zone: string | null = 'Europe/Vienna') =>
  quietHours({ quiet_hours: hours, time_zone: zone });
const at = (text: string) => Date.parse(text);

describe('quiet hours', () => {
  it('begin and end by the clock on the wall, over midnight too', () => {
    const quiet = of(['22:00-07:00']);
    // Winter in Vienna is an hour ahead of UTC. 2030-01-07 is a Monday.
    expect(quiet(at('2030-01-07T20:59:59Z'))).toBeNull();
    expect(quiet(at('2030-01-07T21:00:00Z'))).toBe('tue 07:00');
    expect(quiet(at('2030-01-08T05:59:59Z'))).toBe('tue 07:00');
    expect(quiet(at('2030-01-08T06:00:00Z'))).toBeNull();
    // Over the end of the week.
    expect(quiet(at('2030-01-06T22:30:00Z'))).toBe('mon 07:00');
  });

  it('end when the wall clock says so though summer time begins or ends meanwhile', () => {
    const quiet = of(['22:00-07:00']);
    // 2030-03-31: 02:00 is 03:00; 07:00 is 05:00 UTC. 2030-10-27: 03:00 is 02:00 again; 07:00 is 06:00 UTC.
    expect(quiet(at('2030-03-31T04:59:00Z'))).toBe('sun 07:00');
    expect(quiet(at('2030-03-31T05:00:00Z'))).toBeNull();
    expect(quiet(at('2030-10-27T05:59:00Z'))).toBe('sun 07:00');
    expect(quiet(at('2030-10-27T06:00:00Z'))).toBeNull();
    // An hour that is there twice is quiet twice, one that isn't there never.
    expect(of(['02:00-03:00'])(at('2030-10-27T00:30:00Z'))).toBe('sun 03:00');
    expect(of(['02:00-03:00'])(at('2030-10-27T01:30:00Z'))).toBe('sun 03:00');
    expect(of(['02:00-03:00'])(at('2030-03-31T01:00:00Z'))).toBeNull();
  });

  it('are those of the days on which they begin, and lead into each other', () => {
    const quiet = of(['fri 20:00-24:00', 'sat-sun 00:00-24:00', 'mon 00:00-06:00'], 'UTC');
    expect(quiet(at('2030-01-11T19:59:00Z'))).toBeNull();
    expect(quiet(at('2030-01-11T20:00:00Z'))).toBe('mon 06:00');
    expect(quiet(at('2030-01-13T23:59:00Z'))).toBe('mon 06:00');
    expect(quiet(at('2030-01-14T06:00:00Z'))).toBeNull();
    expect(of(['00:00-24:00'], 'UTC')(at('2030-01-14T06:00:00Z'))).toBe('the configuration changes');
    expect(of([])(0)).toBeNull();
    expect(of(['00:00-24:00'], null)(0)).not.toBeNull();
  });

  it.each([
    '',
    '22-7',
    '22:00',
    '24:00-07:00',
    '22:00-24:01',
    '22:00-22:00',
    'day 22:00-07:00',
    'mon- 22:00-07:00',
    '22:60-07:00',
  ])('that are none are refused: %j', (text) => {
    expect(parseQuietHours(text)).toBeUndefined();
    const overrides = [`attention.quiet_hours=${JSON.stringify([text])}`];
    expect(() => loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides })).toThrow(
      /quiet_hours/,
    );
  });

  it('are refused in a time zone that is none', () => {
    const overrides = ['attention.time_zone=Europe/Wien'];
    expect(() => loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides })).toThrow(/time zone/);
  });
});
