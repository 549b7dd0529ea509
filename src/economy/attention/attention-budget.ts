import type { Config } from '../../config/schema.ts';
import type { TimeLeft } from '../../domain/attention-pace.ts';
import type { HumanHour } from '../../domain/human-hour.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS = 24;
/** From the presence of so many days the human's next one is told. */
const DAYS_LEARNT = 7;

/** What is spent, and what there is in all: null where no end is set. In milliseconds. */
export interface BudgetSpan {
  readonly spentMs: number;
  readonly limitMs: number | null;
}

/** Of the human's calendar day, and of its hour. */
export interface BudgetNow {
  readonly now: HumanHour;
  readonly day: BudgetSpan;
  readonly hour: BudgetSpan;
}

/** Whether the human's time has an end here. */
export function hasBudget({ attention }: Config): boolean {
  return attention.minutes_per_day !== null || attention.minutes_per_hour !== null;
}

export function budgetNow({ [STORE]: store, config, clock, derived }: Economy): BudgetNow {
  const { minutes_per_day: perDay, minutes_per_hour: perHour } = config.attention;
  const now = derived.humanHours(clock.now());
  const day = store.attentionHours.ofDay(now.day);
  const hour = store.attentionHours.ofHour(now.day, now.hour);
  return {
    now,
    day: { spentMs: day.spentMs, limitMs: limitOf(perDay, day.givenMs) },
    hour: { spentMs: hour.spentMs, limitMs: limitOf(perHour, hour.givenMs) },
  };
}

function limitOf(minutes: number | null, givenMs: number): number | null {
  return minutes === null ? null : Math.round(minutes * MINUTE_MS) + givenMs;
}

/** Whose minutes are spent, so that nobody is asked until it is over. */
export type SpentSpan = 'day' | 'hour';

/** Null while there are some left. Cheap where no end is set. */
export function spentNow(deps: Economy): SpentSpan | null {
  return spentWith(deps, 0);
}

/**
 * As `spentNow`, with what the letters on deck are expected to take: no more are sold than there are minutes for. Each
 * counts as `attention.default_seconds`.
 */
export function plannedNow(deps: Economy): SpentSpan | null {
  const { attention: onDeck } = deps[STORE].executions.held();
  return spentWith(deps, Math.round(onDeck * deps.config.attention.default_seconds * 1000));
}

function spentWith(deps: Economy, plannedMs: number): SpentSpan | null {
  if (!hasBudget(deps.config)) return null;
  const { day, hour } = budgetNow(deps);
  if (isSpent(day, plannedMs)) return 'day';
  return isSpent(hour, plannedMs) ? 'hour' : null;
}

export function isSpent({ spentMs, limitMs }: BudgetSpan, plannedMs = 0): boolean {
  return limitMs !== null && spentMs + plannedMs >= limitMs;
}

/** What is left of the day and of the hour, and of the human's presence in them, as far as that is known. */
export function timeLeft(deps: Economy): { readonly day: TimeLeft; readonly hour: TimeLeft } {
  const { now, day, hour } = budgetNow(deps);
  const expected = presenceByHour(deps, now);
  // Who comes for a third of each hour, and has been here for so long, is about to go.
  const seenMs = deps[STORE].attentionHours.ofHour(now.day, now.hour).presentMs;
  const ofHour = Math.min(now.leftMs, Math.max(0, (expected[now.hour] ?? 0) - seenMs));
  const later = expected.slice(now.hour + 1).reduce((sum, ms) => sum + ms, 0);
  return {
    day: { budgetMs: leftOf(day), presenceMs: ofHour + later },
    hour: { budgetMs: leftOf(hour), presenceMs: ofHour },
  };
}

function leftOf({ spentMs, limitMs }: BudgetSpan): number | null {
  return limitMs === null ? null : Math.max(0, limitMs - spentMs);
}

/**
 * How long the human is expected to be there in each hour of the day: on average of the last days on which they were seen
 * at all; where there are none, all of each hour that isn't quiet.
 */
function presenceByHour(deps: Economy, { day, hour, leftMs }: HumanHour): readonly number[] {
  const { [STORE]: store, derived, clock } = deps;
  const sums = Array.from({ length: HOURS }, () => 0);
  const days = new Set<number>();
  for (const [seenDay, seenHour, presentMs] of store.attentionHours.presence(day - DAYS_LEARNT, day)) {
    days.add(seenDay);
    sums[seenHour] = (sums[seenHour] ?? 0) + Math.min(HOUR_MS, presentMs);
  }
  if (days.size > 0) return sums.map((sum) => Math.floor(sum / days.size));
  const hourEnds = clock.now() + leftMs;
  return sums.map((_, number) => {
    const middle = hourEnds + (number - hour - 0.5) * HOUR_MS;
    return derived.quietHours(Math.max(clock.now(), middle)) === null ? HOUR_MS : 0;
  });
}
