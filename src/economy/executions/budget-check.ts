import {
  budgetLeft,
  dayOf,
  hasLimits,
  limitsMoney,
  startOfDay,
  type BudgetLeft,
  type Spending,
} from '../../domain/model-budget.ts';
import { formatMoney, inCurrency, moneyOutputCap, type ModelPrice } from '../../domain/model-price.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { outputCap, type TokenWeights } from '../../domain/tokens.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** What of a call decides what it may cost. */
export interface CostlyCall {
  readonly model: string;
  readonly weights: TokenWeights;
  /** Undefined where the operator has given none. */
  readonly price: ModelPrice | undefined;
  /** Input tokens, counted before the call; never too few. */
  readonly input: number;
  /** How many answers are asked for, each with its own output; 0 where there is no output. */
  readonly answers: number;
}

/** Since this day is all that was ever spent. */
export const EVER = -1;

/**
 * What calls have cost by now, and what those that go on have reserved. A call counts on the day on which it began.
 * What was spent under a date that is still ahead counts today, so that setting the clock back frees nothing.
 */
export function spendingNow({ [STORE]: store, clock }: Economy): Spending {
  const today = dayOf(clock.now());
  return {
    day: { ...store.spending.since(today), reserved: store.modelCalls.reservedSince(startOfDay(today)) },
    total: { ...store.spending.since(EVER), reserved: store.modelCalls.reservedSince(Number.MIN_SAFE_INTEGER) },
  };
}

/** What is left of each limit that the operator has set. */
function budgetNow(deps: Economy): readonly BudgetLeft[] {
  const { limits } = deps.derived.budget;
  return hasLimits(limits) ? budgetLeft(limits, spendingNow(deps)) : [];
}

/** When what was spent today counts no longer. */
export function renewsAt({ [STORE]: store, clock }: Economy): number {
  const today = dayOf(clock.now());
  return startOfDay(Math.max(today, store.spending.newestDay() ?? today) + 1);
}

/**
 * How much output each answer may have so that the whole call stays within the operator's budget, `most` at most.
 * Refuses: `model_unpriced`, `llm_budget_exhausted`.
 */
export function capToBudget(deps: Economy, call: CostlyCall, most: number): Result<number> {
  const { model, price, answers } = call;
  if (!price && limitsMoney(deps.derived.budget.limits))
    return refuse(
      'model_unpriced',
      `${model} has no price here, and the operator's budget for models is in money: ask another one`,
    );
  let cap = most;
  for (const limit of budgetNow(deps)) {
    const fits = mostWithin(limit, call);
    if (fits < (answers > 0 ? 1 : 0)) return exhausted(deps, limit);
    cap = Math.min(cap, fits);
  }
  return accept(cap);
}

/** Output of each answer; negative where not even the input fits. */
function mostWithin({ unit, left }: BudgetLeft, { input, answers, weights, price }: CostlyCall): number {
  if (unit === 'money') return price ? moneyOutputCap(left, { input, answers, price }) : -1;
  // Also what costs nothing is for those who have tokens: the provider counts its calls.
  return left < 1 ? -1 : outputCap(left, { input, answers, weights });
}

function exhausted(deps: Economy, { span, unit, limit, left }: BudgetLeft): Refusal {
  const { currency } = deps.derived.budget;
  const amount = (value: number) => (unit === 'money' ? formatMoney(value, currency) : `${value} tokens`);
  const renewal = span === 'day' ? `it renews at ${new Date(renewsAt(deps)).toISOString()}` : 'it does not renew';
  return refuse(
    'llm_budget_exhausted',
    `the operator lets models cost ${amount(limit)} ${span === 'day' ? 'a day' : 'in all'}; ` +
      `${amount(left)} of it is neither spent nor reserved, which is too little for this call; ${renewal}`,
    { limit: unit === 'money' ? inCurrency(left) : left },
  );
}
