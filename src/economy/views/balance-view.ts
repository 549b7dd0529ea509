import { toCredits } from '../../domain/credits.ts';
import type { Transfer } from '../../domain/ledger.ts';
import { formatId } from '../../domain/ids.ts';
import type { TransferFilter } from '../../store/transfers.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

export function balanceView({ [STORE]: store }: Economy, agentId: string) {
  const { available, pending, posted } = store.accounts.balance(agentId);
  return {
    agent_id: agentId,
    available: toCredits(available),
    pending: toCredits(pending),
    posted: toCredits(posted),
  };
}

export function transferView(transfer: Transfer & { readonly memo?: string | null }) {
  return {
    id: formatId('transfer', transfer.id),
    type: transfer.type,
    cycle: transfer.cycle,
    debit: transfer.debit,
    credit: transfer.credit,
    amount: toCredits(transfer.amount),
    kind: transfer.kind,
    ref: transfer.ref,
    pending_id: transfer.pendingId === null ? null : formatId('transfer', transfer.pendingId),
    at: new Date(transfer.at).toISOString(),
    memo: transfer.memo ?? null,
  };
}

/** Those of one account, or all, with ids under `before`, the newest first. */
export function transfersBefore(economy: Economy, before: number, limit: number, filter: TransferFilter = {}) {
  return economy[STORE].transfers.page(before, limit, filter);
}

/** Every row of the ledger with its hash, the oldest first. */
export function allTransfers(economy: Economy) {
  return economy[STORE].transfers.all();
}
