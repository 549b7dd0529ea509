import type { HumanMinutes } from '../../domain/minutes-text.ts';
import { budgetNow, hasBudget, isSpent, spentNow, type BudgetSpan } from '../attention/attention-budget.ts';
import type { Economy } from '../economy.ts';

const MINUTE_MS = 60_000;
/** To agents it is told no finer. */
const ROUNDED_MINUTES = 5;

/** What the human has given of their day and of this hour, and what there is in all; cheap. */
export function humanTimeView(deps: Economy): HumanMinutes {
  const { day, hour } = budgetNow(deps);
  return {
    minutes_today: spentMinutes(day),
    minutes_per_day: limitMinutes(day),
    minutes_this_hour: spentMinutes(hour),
    minutes_per_hour: limitMinutes(hour),
    spent: isSpent(day) ? 'day' : isSpent(hour) ? 'hour' : null,
  };
}

/** How many minutes more the human listens today, rounded up to the next five; null where no end is set. */
export function minutesLeftForAgents(deps: Economy): number | null {
  if (!hasBudget(deps.config)) return null;
  const { day, hour } = budgetNow(deps);
  const { spentMs, limitMs } = day.limitMs === null ? hour : day;
  const leftMs = spentNow(deps) === 'day' ? 0 : Math.max(0, (limitMs ?? 0) - spentMs);
  return Math.ceil(leftMs / (ROUNDED_MINUTES * MINUTE_MS)) * ROUNDED_MINUTES;
}

function spentMinutes({ spentMs }: BudgetSpan): number {
  return Math.round((spentMs / MINUTE_MS) * 10) / 10;
}

function limitMinutes({ limitMs }: BudgetSpan): number | null {
  return limitMs === null ? null : Math.round((limitMs / MINUTE_MS) * 10) / 10;
}
