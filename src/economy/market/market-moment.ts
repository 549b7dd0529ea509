import type { MarketMoment } from '../../domain/market.ts';
import { attentionAtOnce, minus, type Quantities } from '../../domain/resources.ts';
import { restingForInstall } from '../agents/install-rest.ts';
import { attentionWeights } from '../attention/attention-weights.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

export interface Standing {
  /** What can be sold now. */
  readonly supply: Quantities;
  /** What earlier executions and prompts hold. */
  readonly held: Quantities;
  readonly paused: boolean;
  /** Or the hours are quiet: no attention can be had. */
  readonly humanAway: boolean;
}

/** The market as a clearing finds it. */
export function marketMoment(deps: Economy, { supply, held, paused, humanAway }: Standing): MarketMoment {
  const { [STORE]: store, config, derived } = deps;
  const { cycle } = store.state.get();
  const free = attentionAtOnce(minus(supply, held));
  const keptFrom = lastPlaceKeptFrom(deps, { supply, held });
  const isRanked = config.attention.rank.by === 'record' && !humanAway && free.attention >= 1;
  return {
    cycle,
    paused,
    runningAgents: new Set(store.executions.unsettled().map(({ agentId }) => agentId)),
    installingAgents: new Set(restingForInstall(deps)),
    freeAtStart: humanAway ? { ...free, attention: 0 } : free,
    tokensWithheld: derived.supply.tokens - supply.tokens,
    recentAttention: store.executions.lastWithAttention(config.attention.rest_allocations),
    ...(keptFrom !== undefined && { keptFrom }),
    ...(isRanked && { attentionWeights: attentionWeights(deps) }),
  };
}

/** No lineage fills the deck: where one holds all places but the last, that one stays free for others. */
function lastPlaceKeptFrom({ [STORE]: store }: Economy, { supply, held }: Pick<Standing, 'supply' | 'held'>) {
  if (held.attention === 0 || held.attention !== supply.attention - 1) return undefined;
  const [lineageId, ...others] = store.executions.lineagesOnDeck();
  return others.length === 0 ? lineageId : undefined;
}
