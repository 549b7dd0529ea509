import { toCredits, type MicroCredits } from '../../domain/credits.ts';
import { dayOf } from '../../domain/model-budget.ts';
import type { Allocation, MarketMoment, MarketRules } from '../../domain/market.ts';
import { bundleView, RESOURCES, type Prices, type Quantities } from '../../domain/resources.ts';
import type { PendingBid } from '../../store/bids.ts';
import { momentRecord, standingRecord } from './clearing-record.ts';
import type { Economy } from '../economy.ts';
import type { PriceMovement } from './move-prices.ts';
import { STORE } from '../internal/store-key.ts';

/** Hours of the human's calendar are kept for so many days; what each prompt took stays with it. */
const ATTENTION_DAYS = 60;

interface CycleFacts {
  readonly allocation: Allocation;
  /** That stood, as they were before the clearing. */
  readonly bids: readonly PendingBid[];
  readonly rules: MarketRules;
  readonly moment: MarketMoment;
  /** The human is away, or it is quiet. */
  readonly humanAway: boolean;
  readonly isQuiet: boolean;
  /** The minutes that the human gives are spent. */
  readonly isSpent: boolean;
  /** The bid that was won by lot before it. */
  readonly lot: number | undefined;
  readonly expiredBids: number;
  readonly revenue: MicroCredits;
  /** What was sold, held or not. */
  readonly supply: Quantities;
  readonly held: Quantities;
  /** Before they moved. */
  readonly prices: Prices;
  readonly movement: PriceMovement;
  readonly durationMs: number;
}

/** Leaves the record of this cycle and forgets those older than `history.cycles`. */
export function recordCycle({ [STORE]: store, config }: Economy, facts: CycleFacts): void {
  const { cycle, clearedAt, pausedReason } = store.state.get();
  store.cycles.insert({
    cycle,
    at: clearedAt ?? 0,
    durationMs: facts.durationMs,
    paused: pausedReason === null ? 0 : 1,
    bids: facts.bids.length,
    competing: facts.allocation.ranked.length,
    winners: facts.allocation.winners.length,
    expired: facts.expiredBids,
    revenue: facts.revenue,
    supply: JSON.stringify(bundleView(facts.supply)),
    held: JSON.stringify(bundleView(facts.held)),
    demand: JSON.stringify(bundleView(facts.movement.demand)),
    utilisation: JSON.stringify(facts.movement.utilisation),
    pricesBefore: JSON.stringify(pricesView(facts.prices)),
    pricesAfter: JSON.stringify(pricesView(facts.movement.prices)),
    head: store.transfers.head().hash,
    moment: momentRecord(facts.rules, facts.moment, {
      ...{ isUnasked: facts.humanAway, isQuiet: facts.isQuiet, isSpent: facts.isSpent },
      pace: facts.movement.pace,
      lot: facts.lot,
    }),
    standing: standingRecord(facts.bids),
  });
  store.spending.foldBefore(dayOf(clearedAt ?? 0) - config.history.spending_days);
  store.attentionHours.forgetBefore(dayOf(clearedAt ?? 0) - ATTENTION_DAYS);
  const oldest = cycle - config.history.cycles;
  if (oldest <= 0) return;
  store.cycles.forgetBefore(oldest);
  store.bids.forgetFatesBefore(oldest);
  store.messages.forgetBefore(oldest);
  store.modelCalls.forgetBefore(oldest);
}

/** Credits per whole unit of each resource. */
export function pricesView(prices: Prices): Readonly<Record<string, number>> {
  return Object.fromEntries(RESOURCES.map((resource) => [resource, toCredits(prices[resource])]));
}
