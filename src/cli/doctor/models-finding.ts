import { modelBudget } from '../../config/model-prices.ts';
import type { Config } from '../../config/schema.ts';
import { limitsMoney } from '../../domain/model-budget.ts';
import type { Finding } from '../../platform/finding.ts';
import { failureOf } from '../output/command-failure.ts';

/** Whether what models cost can be known, and each of them asked; nothing where there are none. */
export function modelsFindings({ intelligence }: Config): readonly Finding[] {
  const name = 'models';
  const count = intelligence.providers.reduce((sum, { models }) => sum + models.length, 0);
  if (count === 0) return [];
  try {
    const { unpriced, limits } = modelBudget(intelligence);
    if (unpriced.length === 0) return [{ name, ok: true, detail: `${count}, each with a price` }];
    const detail = `without a price: ${unpriced.join(', ')}`;
    if (!limitsMoney(limits)) return [{ name, ok: true, detail: `${count}; ${detail}` }];
    const mend = 'give each a price in intelligence.prices; one that costs nothing has 0';
    return [{ name, ok: false, detail: `${detail}; calls of them are refused, since the budget is in money`, mend }];
  } catch (error) {
    const mend = 'mend intelligence.prices';
    return [{ name, ok: false, detail: failureOf(error).message ?? 'their prices are wrong', mend }];
  }
}
