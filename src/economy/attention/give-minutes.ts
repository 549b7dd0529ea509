import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { checkWhole } from '../../domain/whole-number.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { budgetNow, hasBudget, type BudgetSpan } from './attention-budget.ts';
import { fillSlot, welcomeHuman } from './prompt-slot.ts';

const MINUTE_MS = 60_000;
/** A day has no more. */
const MINUTES_MAX = 1440;

/**
 * The human listens for so many minutes more, from now on: today, and in this hour. What was spent over the end before
 * doesn't count against them. Whoever gives more is there, so the prompt on deck may take the slot.
 * Refuses what `checkWhole` refuses, and `invalid_value` where the human's time has no end.
 */
export function giveMinutes(deps: Economy, minutes: number): Result<void> {
  const refusal = checkWhole(minutes, 'minutes', { least: 1, most: MINUTES_MAX });
  if (refusal) return refusal;
  if (!hasBudget(deps.config))
    return refuse('invalid_value', 'your minutes have no end here: attention.minutes_per_day and _per_hour are null');
  return deps[STORE].transaction(() => {
    const { now, day, hour } = budgetNow(deps);
    const overMs = Math.max(overspentMs(day), overspentMs(hour));
    deps[STORE].attentionHours.give(now.day, now.hour, minutes * MINUTE_MS + overMs);
    welcomeHuman(deps);
    fillSlot(deps);
    return accept(undefined);
  });
}

function overspentMs({ spentMs, limitMs }: BudgetSpan): number {
  return limitMs === null ? 0 : Math.max(0, spentMs - limitMs);
}
