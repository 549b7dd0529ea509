import { dayOf, type Span, type Spending } from '../../domain/model-budget.ts';
import { inCurrency } from '../../domain/model-price.ts';
import type { SpendingBy, SpendingSum } from '../../store/spending.ts';
import type { Economy } from '../economy.ts';
import { EVER, renewsAt, spendingNow } from '../executions/budget-check.ts';
import { STORE } from '../internal/store-key.ts';

/** How many agents and models a glance names. */
const NAMED_MAX = 5;

/**
 * What models have cost the operator, with the budget and with whom today's went to, the dearest first. Money is in the
 * currency, tokens are the market's. Null where there are no models and never were.
 */
export function spendingView(deps: Economy) {
  const { currency, limits, unpriced } = deps.derived.budget;
  const spending = spendingNow(deps);
  const hasModels = deps.config.intelligence.providers.length > 0;
  if (!hasModels && spending.total.tokens === 0 && spending.total.reserved.tokens === 0) return null;
  const today = (by: SpendingBy) => spendingSums(deps, by, { isToday: true, limit: NAMED_MAX }).map(shareView);
  const of = (span: Span) => spanView(spending[span], limits[span]);
  return {
    currency,
    today: of('day'),
    total: of('total'),
    /** When today ends. */
    renews_at: new Date(renewsAt(deps)).toISOString(),
    by_agent: today('agent'),
    by_model: today('model'),
    /** Models that have no price: what they cost is in tokens alone. */
    unpriced,
  };
}

/** What each agent or model has cost, today or ever, the dearest first. */
export function spendingSums(
  { [STORE]: store, clock }: Economy,
  by: SpendingBy,
  { isToday, limit }: { readonly isToday: boolean; readonly limit: number },
): readonly SpendingSum[] {
  return store.spending.sums(by, isToday ? dayOf(clock.now()) : EVER, limit);
}

function spanView(
  { money, tokens, reserved }: Spending[Span],
  limit: { readonly money: number | null; readonly tokens: number | null },
) {
  return {
    money: inCurrency(money),
    tokens,
    /** By calls that go on. */
    reserved_money: inCurrency(reserved.money),
    reserved_tokens: reserved.tokens,
    money_limit: limit.money === null ? null : inCurrency(limit.money),
    tokens_limit: limit.tokens,
  };
}

function shareView({ name, calls, billed, money }: SpendingSum) {
  return { name, calls, money: inCurrency(money), tokens: billed };
}
