import type { HumanTimeView } from '../economy/views/human-time-view.ts';

/** What a key or a button of a face gives at once. */
export const MINUTES_AT_ONCE = 10;

/** `12 of 40 min today, 3 of 20 this hour`; without ends `12 min today, 3 this hour`. */
export function humanTimeText(time: HumanTimeView): string {
  return `${amount(time.minutes_today, time.minutes_per_day, ' min')} today, ${amount(time.minutes_this_hour, time.minutes_per_hour, '')} this hour`;
}

/** Whether the human's time has an end here. */
export function isLimited({ minutes_per_day: day, minutes_per_hour: hour }: HumanTimeView): boolean {
  return day !== null || hour !== null;
}

/** Why nobody is asked, and what would change that; null where some minutes are left. */
export function spentNotice({ spent, minutes_per_day: day, minutes_per_hour: hour }: HumanTimeView): string | null {
  if (spent === null) return null;
  const which = spent === 'day' ? `${shown(day)} minutes of today` : `${shown(hour)} minutes of this hour`;
  const until = spent === 'day' ? 'tomorrow' : 'the next hour';
  return `your ${which} are spent: nobody is asked until ${until}; bp-agents listen ${MINUTES_AT_ONCE} gives more`;
}

function amount(spent: number, limit: number | null, unit: string): string {
  return limit === null ? `${shown(spent)}${unit}` : `${shown(spent)} of ${shown(limit)}${unit}`;
}

function shown(minutes: number | null): string {
  return (minutes ?? 0).toLocaleString('en-US', { maximumFractionDigits: 1 });
}
