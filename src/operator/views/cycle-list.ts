import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { cyclesBefore, cycleView, tokensOfCycle } from '../../economy/views/market-view.ts';
import { checkLimit, newestRows } from './newest-rows.ts';

export type HistoricCycle = ReturnType<typeof cycleView> & { readonly tokens: ReturnType<typeof tokensOfCycle> };

/** What each cycle left, the newest last. Refuses as `checkLimit` does. */
export function cycleList(economy: Economy, { limit }: { readonly limit: number }): Result<readonly HistoricCycle[]> {
  const wrong = checkLimit(limit);
  if (wrong) return wrong;
  return snapshot(economy, () => {
    const page = (before: number, count: number) => cyclesBefore(economy, before, count);
    const records = newestRows(page, limit, { numberOf: ({ cycle }) => cycle });
    return accept(records.map((it) => ({ ...cycleView(it), tokens: tokensOfCycle(economy, it.cycle) })));
  });
}
