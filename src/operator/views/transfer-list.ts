import type { TransferKind } from '../../domain/ledger.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { transfersBefore, transferView } from '../../economy/views/balance-view.ts';
import { knownAgentId } from './known-agent.ts';
import { checkLimit, newestRows } from './newest-rows.ts';

export type TransferView = ReturnType<typeof transferView>;

export interface TransferQuery {
  readonly limit: number;
  /** Paid by or to this agent. */
  readonly agent?: string | undefined;
  readonly kind?: TransferKind | undefined;
}

/** Rows of the ledger, the newest last. Refuses as `checkLimit` and `knownAgent` do. */
export function transferList(economy: Economy, { limit, agent, kind }: TransferQuery): Result<readonly TransferView[]> {
  return snapshot(economy, () => {
    const agentId = checkLimit(limit) ?? knownAgentId(economy, agent);
    if (!agentId.ok) return agentId;
    const filter = { accountId: agentId.value, kind };
    const page = (before: number, count: number) => transfersBefore(economy, before, count, filter);
    return accept(newestRows(page, limit, { numberOf: ({ id }) => id }).map(transferView));
  });
}
