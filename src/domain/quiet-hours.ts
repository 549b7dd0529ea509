const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const DAY_MINUTES = 1440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const SPAN = /^(?:([a-z,-]+) )?([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)$/;

/** Minutes of the week, from Monday 00:00 on, in which nobody is asked; `to` is over the week's end where it wraps. */
export interface QuietSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * `22:00-07:00`, or with the days on which it begins: `mon-fri 22:00-07:00`, `sat,sun 00:00-24:00`. Undefined where it is
 * neither.
 */
export function parseQuietHours(text: string): readonly QuietSpan[] | undefined {
  const match = SPAN.exec(text);
  if (!match) return undefined;
  const days = parseDays(match[1] ?? 'mon-sun');
  const from = minuteOfDay(match[2], match[3]);
  const to = minuteOfDay(match[4], match[5]);
  if (!days || from >= DAY_MINUTES || to > DAY_MINUTES || from === to) return undefined;
  return days.map((day) => {
    const begin = day * DAY_MINUTES + from;
    return { from: begin, to: begin + (to > from ? to - from : to - from + DAY_MINUTES) };
  });
}

/**
 * The minute of the week at which the quiet hours end that this minute is in. Undefined: it isn't quiet. Infinity: they
 * never end.
 */
export function quietUntil(spans: readonly QuietSpan[], minute: number): number | undefined {
  let end = spanEnd(spans, minute);
  // One span may lead into the next.
  for (let next = end; next !== undefined; next = spanEnd(spans, next)) {
    if (next >= minute + WEEK_MINUTES) return Infinity;
    end = next;
  }
  return end === undefined ? undefined : end % WEEK_MINUTES;
}

/** `tue 07:00`, of a minute of the week. */
export function weekTime(minute: number): string {
  const ofDay = minute % DAY_MINUTES;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${DAYS[Math.floor(minute / DAY_MINUTES) % 7]} ${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`;
}

/** `mon` is 0. Undefined where it is no day. */
export function dayOfWeek(day: string): number | undefined {
  const index = (DAYS as readonly string[]).indexOf(day);
  return index < 0 ? undefined : index;
}

/** The farthest end of the spans that hold this minute, counted on over the week's end. */
function spanEnd(spans: readonly QuietSpan[], minute: number): number | undefined {
  const ends = spans.flatMap(({ from, to }) => {
    const passed = (((minute - from) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
    return passed < to - from ? [minute - passed + to - from] : [];
  });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** `mon-fri,sun` */
function parseDays(text: string): readonly number[] | undefined {
  const days: number[] = [];
  for (const part of text.split(',')) {
    const [first = '', last = first, ...rest] = part.split('-');
    const [from, to] = [dayOfWeek(first), dayOfWeek(last)];
    if (from === undefined || to === undefined || rest.length > 0) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === to) break;
    }
  }
  return days;
}

function minuteOfDay(hour = '', minute = ''): number {
  return Number(hour) * 60 + Number(minute);
}
