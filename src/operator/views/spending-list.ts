import { inCurrency } from '../../domain/model-price.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { spendingSums } from '../../economy/views/spending-view.ts';
import { checkLimit } from './newest-rows.ts';

export type SpendingBy = Parameters<typeof spendingSums>[1];

export interface SpendingQuery {
  readonly by: SpendingBy;
  readonly limit: number;
}

/** What an agent or a model has cost. Tokens are the provider's own, but for what is billed; money is in the currency. */
export interface SpendingRow {
  readonly agent_id?: string;
  readonly model?: string;
  readonly calls: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly billed: number;
  readonly money: number;
  readonly billed_today: number;
  readonly money_today: number;
}

/** All that calls of models ever cost, by agent or by model, the dearest first. Refuses as `checkLimit` does. */
export function spendingList(economy: Economy, { by, limit }: SpendingQuery): Result<readonly SpendingRow[]> {
  return (
    checkLimit(limit) ??
    accept(
      snapshot(economy, () => {
        const sums = spendingSums(economy, by, { isToday: false, limit });
        const today = spendingSums(economy, by, { isToday: true, limit: Number.MAX_SAFE_INTEGER });
        const ofToday = new Map(today.map((sum) => [sum.name, sum]));
        return sums.map(({ name, calls, input, cached, output, billed, money }) => ({
          ...(by === 'agent' ? { agent_id: name } : { model: name }),
          ...{ calls, input_tokens: input, cached_tokens: cached, output_tokens: output },
          ...{ billed, money: inCurrency(money) },
          billed_today: ofToday.get(name)?.billed ?? 0,
          money_today: inCurrency(ofToday.get(name)?.money ?? 0),
        }));
      }),
    )
  );
}
