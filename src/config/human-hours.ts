import type { HumanHour } from '../domain/human-hour.ts';

/** Tells of an instant in which hour of the human's calendar it lies. Cheap within an hour. */
export type HumanHours = (now: number) => HumanHour;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** By the clock on the wall of `time_zone`, the machine's where it is null, as quiet hours have it. */
export function humanHours({ time_zone: timeZone }: { readonly time_zone: string | null }): HumanHours {
  let format: Intl.DateTimeFormat | undefined;
  const read = timeZone === null ? localHour : (now: number) => hourAt((format ??= formatOf(timeZone)), now);
  let known = { from: 0, to: 0, day: 0, hour: 0 };
  return (now) => {
    if (now < known.from || now >= known.to) known = read(now);
    return { day: known.day, hour: known.hour, leftMs: known.to - now };
  };
}

/** As `hourAt` of the machine's zone, without a format, which costs as much as a tenth of a command. */
function localHour(now: number) {
  const local = new Date(now);
  const from = Math.floor(now / 1000) * 1000 - (local.getMinutes() * 60 + local.getSeconds()) * 1000;
  const day = Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / DAY_MS;
  return { from, to: from + HOUR_MS, day, hour: local.getHours() };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
  });
}

function hourAt(format: Intl.DateTimeFormat, now: number) {
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  const of = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const from = Math.floor(now / 1000) * 1000 - (of('minute') * 60 + of('second')) * 1000;
  const day = Date.UTC(of('year'), of('month') - 1, of('day')) / DAY_MS;
  return { from, to: from + HOUR_MS, day, hour: of('hour') };
}
