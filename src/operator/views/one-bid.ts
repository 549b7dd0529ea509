import { checkId, formatId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { explainBid, explainedCycles, type ExplainedCycle } from '../../economy/replay/explain-bid.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { attentionView, type AttentionView } from '../../economy/views/attention-view.ts';
import { bidFates, bidView, findBid } from '../../economy/views/bid-view.ts';
import type { BidView } from './bid-list.ts';
import { inTurns } from '../history/in-turns.ts';
import { runsOf, verdictOf, type ExplainedRun } from './explained-runs.ts';
import { checkLimit } from './newest-rows.ts';
import { checkPage } from './row-page.ts';

/** For how long one answer may go on clearing. */
const PATIENCE_MS = 500;

/** A bid with each of its turns. Refuses: `invalid_id`, `bid_not_found`. */
export function bidWithFates(
  economy: Economy,
  bidId: number,
): Result<BidView & { fates: ReturnType<typeof bidFates> }> {
  return snapshot(economy, () => {
    const bid = knownBid(economy, bidId);
    return bid.ok ? accept({ ...bid.value, fates: bidFates(economy, bidId) }) : bid;
  });
}

export interface WholeExplanation {
  readonly bid: BidView;
  /** The oldest first. */
  readonly cycles: readonly ExplainedCycle[];
  /** Of a bid that still waits for it; null of any other. */
  readonly attention_now: AttentionView | null;
}

/** A bid with why it won or lost in each cycle on record. Refuses: `invalid_id`, `bid_not_found`, as `checkLimit` does. */
export function bidExplained(economy: Economy, bidId: number, limit: number): Result<WholeExplanation> {
  return snapshot(economy, () => {
    const known = checkLimit(limit) ?? knownBid(economy, bidId);
    if (!known.ok) return known;
    const bid = known.value;
    const waits = bid.status === 'pending' && bid.bundle.attention > 0;
    const cycles = explainBid(economy, bidId, limit);
    return accept({ bid, cycles, attention_now: waits ? attentionView(economy) : null });
  });
}

export interface ExplainedBid {
  readonly bid: BidView;
  readonly fates: ReturnType<typeof bidFates>;
  /** The newest first, those beside each other that came to the same together. */
  readonly runs: readonly { readonly verdict: string; readonly cycles: ExplainedRun }[];
  /** What to give as `before` for what is older; null where nothing is. */
  readonly next: number | null;
}

/**
 * The same a few cycles at a time, for who must not hold up the program: each is cleared again in a turn of its own.
 * Refuses: `invalid_id`, `bid_not_found`, as `checkPage` does.
 */
export async function bidExplainedInTurns(
  economy: Economy,
  bidId: number,
  { limit, before }: { readonly limit: number; readonly before?: number | undefined },
): Promise<Result<ExplainedBid>> {
  const bid = checkPage({ limit, before }) ?? bidWithFates(economy, bidId);
  if (!bid.ok) return bid;
  const found: ExplainedCycle[] = [];
  const cycles: Iterator<ExplainedCycle, void> = explainedCycles(economy, bidId, before);
  const step = () => {
    const cycle = cycles.next();
    if (cycle.done !== true) found.push(cycle.value);
    return cycle.done === true || found.length === limit;
  };
  const isDone = await inTurns(step, { clock: economy.clock, patienceMs: PATIENCE_MS });
  const { fates, ...rest } = bid.value;
  const runs = runsOf(found).map((cycles) => ({ verdict: verdictOf(cycles[0]), cycles }));
  const isWhole = isDone && found.length < limit;
  return accept({ bid: rest, fates, runs, next: isWhole ? null : (found.at(-1)?.cycle ?? null) });
}

function knownBid(economy: Economy, bidId: number): Result<BidView> {
  const wrong = checkId('bid', bidId);
  if (wrong) return wrong;
  const bid = findBid(economy, bidId);
  if (bid) return accept(bidView(bid));
  return refuse('bid_not_found', `there is no ${formatId('bid', bidId)}; bp-agents bids lists them`, { field: 'bid' });
}
