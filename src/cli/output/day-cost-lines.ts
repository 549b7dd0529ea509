import { limitsMoney } from '../../domain/model-budget.ts';
import { formatMoney } from '../../domain/model-price.ts';
import type { Economy } from '../../economy/economy.ts';
import { dayCost } from '../../economy/views/day-cost.ts';

/** What a day of models can cost, told before it begins; nothing where there are none. */
export function dayCostLines(economy: Economy): readonly string[] {
  const { config, derived } = economy;
  if (config.intelligence.providers.length === 0) return [];
  const unpriced = unpricedLine(economy);
  return [costLine(economy), ...(unpriced === undefined ? [] : [unpriced])].concat(
    derived.supply.tokens > 0 ? [] : ['no tokens are sold, so no model can be asked: see market.supply.tokens'],
  );
}

/** Models without a price; undefined where there are none. */
function unpricedLine({ derived }: Economy): string | undefined {
  const { unpriced, limits } = derived.budget;
  if (unpriced.length === 0) return undefined;
  const effect = limitsMoney(limits)
    ? 'calls of them are refused, since intelligence.budget is in money'
    : 'what they cost is counted in tokens alone';
  return `models without a price in intelligence.prices: ${unpriced.join(', ')}; ${effect}`;
}

function costLine(economy: Economy): string {
  const { currency, value, limits, unpriced } = economy.derived.budget;
  const { tokens, money, isByBudget, unlimited } = dayCost(economy);
  const count = `${tokens.toLocaleString('en-US')} tokens`;
  const source = isByBudget ? 'by intelligence.budget' : 'all that is sold; intelligence.budget sets no lower limit';
  const hasPrices = unpriced.length < economy.config.intelligence.providers.flatMap(({ models }) => models).length;
  if (!hasPrices && !limitsMoney(limits))
    return `a day of models costs at most ${count} (${source}); in money nobody knows, since none has a price`;
  if (money === null)
    return `a day of models costs at most ${count} (${source}), but nothing limits the money: ${unlimited.join(', ')} cost no tokens for some of what they do`;
  // A budget in money alone limits tokens too, but by how many depends on which are the cheapest.
  if (isByBudget && limits.day.tokens === null && limits.total.tokens === null)
    return `a day of models costs at most ${formatMoney(money, currency)} (${source})`;
  const each = value.dearest > 0 ? `, ${formatMoney(value.dearest, currency)} for a million at the dearest` : '';
  return `a day of models costs at most ${formatMoney(money, currency)} and ${count}${each} (${source})`;
}
