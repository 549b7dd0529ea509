import { formatId } from '../../domain/ids.ts';
import type { Economy } from '../../economy/economy.ts';
import { oldestPendingBids } from '../../economy/views/bid-view.ts';

/** Bids that are looked at: of more, the oldest are the likeliest to be next. */
const BIDS_MAX = 200;

/** What is going to happen next and when, in one sentence, while no prompt is open. Cheap. */
export function comingText(economy: Economy, cycle: number): string {
  const bids = oldestPendingBids(economy, BIDS_MAX);
  const from = (earliest: number) => (earliest > cycle + 1 ? later(economy, earliest, cycle) : 'with the next cycle');
  const soonest = (found: typeof bids) => found.toSorted((a, b) => a.earliestCycle - b.earliestCycle)[0];
  const asking = soonest(bids.filter(({ bundle }) => bundle.attention > 0));
  if (asking) {
    const { id, agentId, earliestCycle } = asking;
    return `${formatId('bid', id)} asks for your attention, ${from(earliestCycle)}: if it wins, ${agentId} runs, and what it writes is here for your marks soon after`;
  }
  const next = soonest(bids);
  if (next) return `no bid asks for your attention now; ${next.agentId} can run ${from(next.earliestCycle)}`;
  return 'nothing: no bid is pending. bp-agents ask publishes a wish, bp-agents bootstrap makes an agent or revives one';
}

function later({ config }: Economy, earliest: number, cycle: number): string {
  const seconds = Math.round((earliest - cycle) * config.market.cycle_seconds);
  const time = seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `from cycle ${earliest} on, in about ${time}`;
}
