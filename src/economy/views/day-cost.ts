import { hasLimits, limitsMoney } from '../../domain/model-budget.ts';
import { tokensCost } from '../../domain/model-price.ts';
import type { Economy } from '../economy.ts';
import { spendingNow } from '../executions/budget-check.ts';

const DAY_SECONDS = 86_400;

/** The most that the models of a day can cost, however many calls are made. */
export interface DayCost {
  /** That the market can sell in a day, as far as the budget lets them be used. */
  readonly tokens: number;
  /** Millionths of the currency; null where nothing limits it. */
  readonly money: number | null;
  /** Whether the budget is what limits it, and not what is sold. */
  readonly isByBudget: boolean;
  /** Models that cost money but no tokens, where no budget in money limits them. */
  readonly unlimited: readonly string[];
}

/** Those without a price are not in it, unless the budget is in money: then they can't be asked. */
export function dayCost(deps: Economy): DayCost {
  const { supply, budget } = deps.derived;
  const { limits, value } = budget;
  const sold = supply.tokens * Math.ceil(DAY_SECONDS / deps.config.market.cycle_seconds);
  if (!hasLimits(limits)) {
    const { unlimited } = value;
    return { tokens: sold, money: unlimited.length > 0 ? null : tokensCost(sold, value), isByBudget: false, unlimited };
  }
  const { day, total } = spendingNow(deps);
  // What today has cost already is a part of today, though it is gone from the whole.
  const inAll = (limit: number | null, unit: 'money' | 'tokens') =>
    limit === null ? Infinity : Math.max(0, limit - total[unit]) + day[unit];
  const tokens = Math.min(sold, limits.day.tokens ?? Infinity, inAll(limits.total.tokens, 'tokens'));
  const unlimited = limitsMoney(limits) ? [] : value.unlimited;
  const atMost = value.unlimited.length > 0 ? Infinity : tokensCost(tokens, value);
  const money = Math.min(atMost, limits.day.money ?? Infinity, inAll(limits.total.money, 'money'));
  return {
    tokens,
    money: Number.isFinite(money) ? money : null,
    isByBudget: tokens < sold || money < atMost,
    unlimited,
  };
}
