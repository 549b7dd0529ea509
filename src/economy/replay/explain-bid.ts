import { allocate, reasonText, type AllocationInput } from '../../domain/allocation-scheduler.ts';
import { toCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import { leastWinningAmount } from '../../domain/least-winning-amount.ts';
import type { Allocation, Offer } from '../../domain/market.ts';
import { mechanismOf } from '../../domain/mechanism.ts';
import { ONE_PPM } from '../../domain/offers.ts';
import type { Resource } from '../../domain/resources.ts';
import { clearingOf, type RecordedClearing } from '../market/clearing-record.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** What one cycle did with a bid, from the record. Amounts in credits. */
export interface ExplainedCycle {
  readonly cycle: number;
  /** `won`, or why not, as `bids` tells it. */
  readonly fate: string;
  /** Its place among the competing bids, 1 the highest; null where it didn't compete. */
  readonly rank: number | null;
  readonly competing: number;
  readonly amount: number;
  /** What its bundle cost at that cycle's reserve prices; null where it didn't compete. */
  readonly reserve_cost: number | null;
  /** What of its bundle was short; null where it won or didn't compete. */
  readonly short_of: Resource | null;
  /** The winners that stood before it, the highest first, at most the nearest few. */
  readonly before: readonly OfferBefore[];
  /** How many winners stood before it in all. */
  readonly before_count: number;
  /** What its amount was weighted with by its agent's record; null where it didn't compete or nobody's was. */
  readonly weight: number | null;
  /** With how much it would have won, other bids for its agent left out; null where no amount would have done. */
  readonly least_amount: number | null;
  /** The bid that sets this amount, or above which no amount would have set it; null where only the reserve does. */
  readonly set_by: string | null;
  /** It did not compete since it asks for attention and the human counted as away. */
  readonly human_away: boolean;
  /** The same in quiet hours. */
  readonly quiet_hours: boolean;
  /** The same where the minutes that the human gives were spent. */
  readonly minutes_spent: boolean;
  /** It did not compete since this execution held attention. */
  readonly attention_held_by: AttentionHolderView | null;
}

export interface OfferBefore {
  readonly bid: string;
  readonly agent_id: string;
  readonly amount: number;
  /** As the explained bid's. */
  readonly weight: number | null;
}

export interface AttentionHolderView {
  readonly execution_id: string;
  readonly agent_id: string;
  /** What it has shown, which may have waited for its turn; null where it showed nothing, or was still at work. */
  readonly prompt_id: string | null;
}

const BEFORE_MAX = 5;

/**
 * The newest `limit` recorded cycles in which the bid stood, the oldest first. Cycles whose record is gone, or that an
 * earlier version of the program cleared, are left out.
 */
export function explainBid(economy: Economy, bidId: number, limit: number): readonly ExplainedCycle[] {
  const explained: ExplainedCycle[] = [];
  for (const cycle of explainedCycles(economy, bidId)) if (explained.push(cycle) >= limit) break;
  return explained.reverse();
}

/** The same one by one, the newest first: each is cleared again when it is asked for. Those from `before` on are left out. */
export function* explainedCycles(
  { [STORE]: store }: Economy,
  bidId: number,
  before = Number.MAX_SAFE_INTEGER,
): Generator<ExplainedCycle> {
  const holderAt = attentionHolders(store);
  const { placedCycle, endedCycle } = store.bids.get(bidId);
  const end = (endedCycle ?? Number.MAX_SAFE_INTEGER - 1) + 1;
  for (const record of store.cycles.pagesBefore(Math.min(end, before))) {
    if (record.cycle <= placedCycle) return;
    const clearing = clearingOf(store, record);
    if (clearing?.input.bids.some(({ id }) => id === bidId)) yield explain(bidId, record.cycle, clearing, holderAt);
  }
}

type HolderAt = (cycle: number) => AttentionHolderView | null;

/**
 * To be asked for one cycle after the other, from the newest on. Where all places are held the newest allocation holds
 * one of them: it took the last that was free, and none was let go of since.
 */
function attentionHolders({ executions, prompts }: Economy[typeof STORE]): HolderAt {
  let newest = Number.MAX_SAFE_INTEGER;
  return (cycle) => {
    const id = executions.withAttentionBefore(cycle, newest);
    if (id === undefined) return null;
    newest = id;
    const prompt = prompts.ofExecution(id);
    return {
      execution_id: formatId('execution', id),
      agent_id: executions.get(id).agentId,
      prompt_id: prompt ? formatId('prompt', prompt.id) : null,
    };
  };
}

function explain(
  bidId: number,
  cycle: number,
  { input, held, humanAway, quiet, spent }: RecordedClearing,
  holderAt: HolderAt,
): ExplainedCycle {
  const allocation = allocate(input);
  const { ranked, winners, fates } = allocation;
  const place = ranked.findIndex(({ bid }) => bid.id === bidId);
  const offer = ranked[place];
  const won = winners.some((winner) => winner.bidId === bidId);
  const reason = fates.find((fate) => fate.bidId === bidId)?.reason;
  const before = place < 0 ? [] : winnersBefore(allocation, place);
  const { order } = mechanismOf(input.rules);
  const least = offer && leastWinningAmount(bidId, { ranked, free: input.moment.freeAtStart, order });
  return {
    cycle,
    fate: won || !reason ? 'won' : reasonText(reason),
    rank: place < 0 ? null : place + 1,
    competing: ranked.length,
    amount: toCredits((offer?.bid ?? input.bids.find(({ id }) => id === bidId)!).amount),
    reserve_cost: offer ? toCredits(offer.reserveCost) : null,
    short_of: reason && 'resource' in reason ? reason.resource : null,
    before: before.slice(-BEFORE_MAX).map(({ bid, weightPpm }) => ({
      bid: formatId('bid', bid.id),
      agent_id: bid.agentId,
      amount: toCredits(bid.amount),
      weight: weightOf({ bid, weightPpm }, input),
    })),
    before_count: before.length,
    weight: offer ? weightOf(offer, input) : null,
    least_amount: least?.amount === undefined ? null : toCredits(least.amount),
    set_by: least?.rivalId === undefined ? null : formatId('bid', least.rivalId),
    human_away: humanAway && !quiet && !spent && reason?.code === 'attention_held',
    quiet_hours: quiet && reason?.code === 'attention_held',
    minutes_spent: spent && !quiet && reason?.code === 'attention_held',
    attention_held_by: reason?.code === 'attention_held' && !humanAway && held.attention > 0 ? holderAt(cycle) : null,
  };
}

function weightOf(
  { bid, weightPpm }: Pick<Offer, 'bid' | 'weightPpm'>,
  { moment, rules }: AllocationInput,
): number | null {
  const isWeighted = rules.attention?.by === 'record' && moment.attentionWeights?.has(bid.agentId) === true;
  return isWeighted && bid.bundle.attention === 1 ? weightPpm / ONE_PPM : null;
}

function winnersBefore({ ranked, winners }: Allocation, place: number): readonly Offer[] {
  return winners.filter(({ rank }) => rank <= place).map(({ rank }) => ranked[rank - 1]!);
}
