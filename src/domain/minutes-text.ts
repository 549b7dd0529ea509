/** What the human has given of their day and of this hour, in minutes. */
export interface HumanMinutes {
  readonly minutes_today: number;
  /** Null where no end is set. */
  readonly minutes_per_day: number | null;
  readonly minutes_this_hour: number;
  readonly minutes_per_hour: number | null;
  /** Whose minutes are spent, so that nobody is asked until it is over; null: neither's. */
  readonly spent: 'day' | 'hour' | null;
}

/** What a key or a button of a face gives at once. */
export const MINUTES_AT_ONCE = 10;

/** `12 of 40 min today, 3 of 20 this hour`; without ends `12 min today, 3 this hour`. */
export function humanTimeText(time: HumanMinutes): string {
  return `${amount(time.minutes_today, time.minutes_per_day, ' min')} today, ${amount(time.minutes_this_hour, time.minutes_per_hour, '')} this hour`;
}

/** Whether the human's time has an end here. */
export function isLimited({ minutes_per_day: day, minutes_per_hour: hour }: HumanMinutes): boolean {
  return day !== null || hour !== null;
}

/** Why nobody is asked, and what would change that; null where some minutes are left. */
export function spentNotice({ spent, minutes_per_day: day, minutes_per_hour: hour }: HumanMinutes): string | null {
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
