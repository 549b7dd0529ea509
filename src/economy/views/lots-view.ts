import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** What agents see of the way back by lot; null where there is none. */
export function lotsView({ [STORE]: store, config }: Economy) {
  const { share, wait_seconds: waitSeconds, unheard_seconds: unheardSeconds } = config.attention.lots;
  if (share === 0) return null;
  const { agents, lineages } = store.lots.counts();
  return { share, wait_seconds: waitSeconds, unheard_seconds: unheardSeconds, waiting: agents, lineages };
}
