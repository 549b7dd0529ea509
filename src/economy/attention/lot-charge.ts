import type { Prompt } from '../../domain/attention.ts';
import { min, toCredits, type MicroCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Takes what the execution of a lot would have cost from what its prompt has brought, no more than is left of that. Runs
 * inside the caller's transaction. Returns whether it was won by lot.
 */
export function chargeLot(deps: Economy, { id, agentId, executionId }: Prompt, left: MicroCredits): boolean {
  const { [STORE]: store, clock } = deps;
  const owed = owedForLot(deps, executionId);
  if (owed === null) return false;
  const amount = min(owed, left);
  if (amount > 0)
    store.transfers.single({
      ...{ cycle: store.state.get().cycle, at: clock.now(), debit: agentId, credit: 'system:market' },
      ...{ amount, kind: 'lot', ref: formatId('prompt', id) },
    });
  return true;
}

/** For the handshake: what its prompt's marks are charged with; null where it was paid for. */
export function lotView(deps: Economy, executionId: number) {
  const owed = owedForLot(deps, executionId);
  return owed === null ? null : { owed: toCredits(owed) };
}

/** Nothing else is had for nothing: a bid offers its reserve at least. */
function owedForLot({ [STORE]: store }: Economy, executionId: number): MicroCredits | null {
  const { price, reserveCost } = store.executions.get(executionId);
  return price === 0 ? reserveCost : null;
}
