import { refuse, type Result } from '../domain/refusal.ts';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const SPAN = /^(\d{1,6}(?:\.\d{1,3})?)([mhdw])$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/;
const EXAMPLES = '2h, 3d, or a time such as 2030-12-31T18:00Z';

/**
 * A moment ahead, as people write it: a span from now (`90m`, `2h`, `3d`, `1w`) or a time of day in ISO 8601. Where
 * that names no zone it is this machine's. Returns milliseconds since 1970. Refuses `empty`, `invalid_value`. The use
 * case checks that it is ahead.
 */
export function parseUntil(text: string, now: number): Result<number> {
  const typed = text.trim();
  if (typed === '') return refuse('empty', `until must be ${EXAMPLES}, not empty`, { field: 'until' });
  const at = spanned(typed, now) ?? timed(typed);
  if (at === undefined || Number.isNaN(new Date(at).getTime()))
    return refuse('invalid_value', `until must be ${EXAMPLES}, not ${JSON.stringify(typed.slice(0, 40))}`, {
      field: 'until',
    });
  return { ok: true, value: at };
}

function spanned(text: string, now: number): number | undefined {
  const [, count, unit] = SPAN.exec(text) ?? [];
  return count === undefined ? undefined : Math.round(now + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]);
}

function timed(text: string): number | undefined {
  if (!TIME.test(text)) return undefined;
  const at = Date.parse(text);
  // JavaScript makes the second of March of the thirtieth of February.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text.slice(0, 10) ? undefined : at;
}
