import type { MarketMoment } from '../../domain/market.ts';
import { minus, type Quantities } from '../../domain/resources.ts';
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
  const free = minus(supply, held);
  const isRanked = config.attention.rank.by === 'record' && !humanAway && free.attention >= 1;
  return {
    cycle,
    paused,
    runningAgents: new Set(store.executions.unsettled().map(({ agentId }) => agentId)),
    installingAgents: new Set(restingForInstall(deps)),
    freeAtStart: humanAway ? { ...free, attention: 0 } : free,
    tokensWithheld: derived.supply.tokens - supply.tokens,
    recentAttention: store.executions.lastWithAttention(config.attention.rest_allocations),
    ...(isRanked && { attentionWeights: attentionWeights(deps) }),
  };
}
