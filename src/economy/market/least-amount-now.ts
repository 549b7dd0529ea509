import { allocate } from '../../domain/allocation-scheduler.ts';
import type { MicroCredits } from '../../domain/credits.ts';
import { leastWinningAmount } from '../../domain/least-winning-amount.ts';
import type { StandingBid } from '../../domain/market.ts';
import { mechanismOf } from '../../domain/mechanism.ts';
import { attentionAtOnce, bundleCost, type Bundle } from '../../domain/resources.ts';
import { attentionWeights, newcomersWeight } from '../attention/attention-weights.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { marketMoment } from './market-moment.ts';
import { marketRules } from './market-rules.ts';
import { supplyNow } from './supply-now.ts';

/**
 * With how much a new root agent's bid for this bundle would win over those that are pending, were the human's attention
 * free and nothing else different from now. Undefined where no amount would do.
 */
export function leastAmountNow(
  deps: Economy,
  { agentId, bundle }: { readonly agentId: string; readonly bundle: Bundle },
): MicroCredits | undefined {
  const { [STORE]: store, config } = deps;
  const prices = store.markets.prices();
  const rules = marketRules(config);
  const supply = supplyNow(deps);
  const standing = { supply, held: store.executions.held(), paused: false, humanAway: false };
  const moment = marketMoment(deps, standing);
  const freeAtStart = attentionAtOnce({ ...moment.freeAtStart, attention: supply.attention });
  const reserve = bundleCost(bundle, prices);
  // The youngest of all, as it will be.
  const own: StandingBid = {
    ...{ id: store.bids.nextId(), agentId, payerId: agentId, lineageId: agentId, bundle, amount: reserve },
    ...{ reserveAtPlacing: reserve, passedOver: 0, earliestCycle: 0 },
  };
  const bids = [...store.bids.pending(), own];
  const weights = config.attention.rank.by === 'record' && {
    attentionWeights: new Map([...attentionWeights(deps), [agentId, newcomersWeight(deps)]]),
  };
  const then = { ...moment, freeAtStart, ...weights, cycle: moment.cycle + 1 };
  const { ranked } = allocate({ bids, prices, rules, moment: then });
  const least = leastWinningAmount(own.id, { ranked, free: freeAtStart, order: mechanismOf(rules).order });
  return least?.amount;
}
