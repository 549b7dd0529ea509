import { hasLimits, type BudgetLimits } from '../../domain/model-budget.ts';
import { tokensFor } from '../../domain/model-price.ts';
import type { Quantities } from '../../domain/resources.ts';
import { spendingNow } from '../executions/budget-check.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * What the market can sell now. It is the whole supply, except for tokens. Of these it is no more than the operator's
 * budget for models is sure to pay for, on whichever model they are spent. What was sold before and may still be used
 * is taken off.
 */
export function supplyNow(deps: Economy): Quantities {
  const { supply, budget } = deps.derived;
  if (supply.tokens === 0 || !hasLimits(budget.limits)) return supply;
  const sold = deps[STORE].executions.tokensOutstanding();
  return { ...supply, tokens: Math.max(0, Math.min(supply.tokens, tokensAffordable(deps, budget.limits) - sold)) };
}

/** With what calls that go on have reserved: their tokens were sold before. */
function tokensAffordable(deps: Economy, limits: BudgetLimits): number {
  const spending = spendingNow(deps);
  const { value } = deps.derived.budget;
  const each = (['day', 'total'] as const).map((span) => {
    const { money, tokens } = limits[span];
    return Math.min(
      tokens === null ? Infinity : tokens - spending[span].tokens,
      money === null ? Infinity : tokensFor(money - spending[span].money, value),
    );
  });
  return Math.min(...each);
}
