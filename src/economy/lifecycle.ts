import { micro } from '../domain/credits.ts';
import type { EconomyDeps } from './deps.ts';
import { releaseBid } from './withdraw-bid.ts';

/** What a cycle changed in agents' lives. */
export interface LifeChanges {
  readonly woken: readonly string[];
  readonly fallen: readonly string[];
  readonly died: readonly string[];
}

/**
 * Sorts the living into alive and dormant, and ends those that were dormant for `lifecycle.dormant_cycles` cycles.
 * Runs inside the caller's transaction, once per cycle of the running market.
 */
export function sortTheLiving(deps: EconomyDeps): LifeChanges {
  const { store, config } = deps;
  const { cycle } = store.state.get();
  const woken = store.agents.woken();
  for (const id of woken) store.agents.markAlive(id);
  const died = store.agents.overdue(cycle - config.lifecycle.dormant_cycles);
  for (const id of died) endLife(deps, id);
  // The sponsored bids of the dead are void now: who lived by them alone is dormant.
  const fallen = store.agents.fallen();
  for (const id of fallen) store.agents.markDormant(id, cycle);
  return { woken, fallen, died };
}

/** Marks an agent as alive at once when something keeps it so, without waiting for the next cycle. */
export function wake({ store }: EconomyDeps, agentId: string): void {
  if (store.agents.find(agentId)?.status === 'dormant' && store.agents.hasTie(agentId)) store.agents.markAlive(agentId);
}

/** Death: its bids are voided, its credits go to `burn`, its workspace stays for the operator to read. */
function endLife(deps: EconomyDeps, agentId: string): void {
  const { store, clock } = deps;
  const { cycle } = store.state.get();
  for (const bid of store.bids.pendingTiedTo(agentId))
    releaseBid(deps, bid, 'voided', bid.payerId === agentId ? 'its payer died' : 'its agent died');
  const estate = store.accounts.balance(agentId).posted;
  const life = store.agents.find(agentId)?.life ?? 0;
  store.agents.markDead(agentId, cycle);
  if (estate > 0)
    store.transfers.single({
      cycle,
      at: clock.now(),
      debit: agentId,
      credit: 'system:burn',
      amount: micro(estate),
      kind: 'estate',
      ref: `${agentId}/${life}`,
    });
}
