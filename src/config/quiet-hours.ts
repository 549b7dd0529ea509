import { dayOfWeek, parseQuietHours, quietUntil, weekTime } from '../domain/quiet-hours.ts';

/** Tells of an instant whether it is in quiet hours: `tue 07:00`, when they end; null: they are none. */
export type QuietHours = (now: number) => string | null;

/**
 * By the clock on the wall of `time_zone`, the machine's where it is null. Asked anew each time, so that they end by that
 * clock also where summer time begins or ends meanwhile, or the machine has slept.
 */
export function quietHours(attention: {
  readonly quiet_hours: readonly string[];
  readonly time_zone: string | null;
}): QuietHours {
  const spans = attention.quiet_hours.flatMap((text) => parseQuietHours(text) ?? []);
  if (spans.length === 0) return () => null;
  const format = new Intl.DateTimeFormat('en-US', {
    ...(attention.time_zone !== null && { timeZone: attention.time_zone }),
    ...{ weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  return (now) => {
    const until = quietUntil(spans, minuteOfWeek(format, now));
    if (until === undefined) return null;
    return until === Infinity ? 'the configuration changes' : weekTime(until);
  };
}

function minuteOfWeek(format: Intl.DateTimeFormat, now: number): number {
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const day = dayOfWeek((parts.get('weekday') ?? '').toLowerCase()) ?? 0;
  return (day * 24 + Number(parts.get('hour'))) * 60 + Number(parts.get('minute'));
}
