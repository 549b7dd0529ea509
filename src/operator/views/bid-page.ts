import type { Bid, BidStatus } from '../../domain/bid.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { bidsBefore, bidView } from '../../economy/views/bid-view.ts';
import type { BidView } from './bid-list.ts';
import { knownAgentId } from './known-agent.ts';
import { checkPage, rowPage, type RowPage } from './row-page.ts';

export interface BidPageQuery {
  readonly limit: number;
  /** Only older ones than this. */
  readonly before?: number | undefined;
  /** Paid by or for this agent. */
  readonly agent?: string | undefined;
  readonly status?: BidStatus | undefined;
}

/** A page of bids, the newest first. Refuses as `checkPage` and `knownAgent` do. */
export function bidPage(economy: Economy, { limit, before, agent, status }: BidPageQuery): Result<RowPage<BidView>> {
  return snapshot(economy, () => {
    const agentId = checkPage({ limit, before }) ?? knownAgentId(economy, agent);
    if (!agentId.ok) return agentId;
    // Only those that stand have an index of their own; the others are looked for.
    const found = { agentId: agentId.value, ...(status === 'pending' && { status }) };
    const page = (under: number, count: number) => bidsBefore(economy, under, count, found);
    const keep = status === undefined || status === 'pending' ? {} : { keep: (bid: Bid) => bid.status === status };
    const { rows, next } = rowPage(page, { limit, before }, { numberOf: ({ id }) => id, ...keep });
    return accept({ rows: rows.map(bidView), next });
  });
}
