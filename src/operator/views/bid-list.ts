import type { BidStatus } from '../../domain/bid.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { bidsBefore, bidView } from '../../economy/views/bid-view.ts';
import { knownAgentId } from './known-agent.ts';
import { checkLimit, newestRows } from './newest-rows.ts';

export type BidView = ReturnType<typeof bidView>;

export interface BidQuery {
  readonly limit: number;
  /** Paid by or for this agent. */
  readonly agent?: string | undefined;
  readonly status?: BidStatus | undefined;
}

/** Bids and what became of them, the newest last. Refuses as `checkLimit` and `knownAgent` do. */
export function bidList(economy: Economy, { limit, agent, status }: BidQuery): Result<readonly BidView[]> {
  return snapshot(economy, () => {
    const agentId = checkLimit(limit) ?? knownAgentId(economy, agent);
    if (!agentId.ok) return agentId;
    const filter = { agentId: agentId.value, status };
    const page = (before: number, count: number) => bidsBefore(economy, before, count, filter);
    return accept(newestRows(page, limit, { numberOf: ({ id }) => id }).map(bidView));
  });
}
