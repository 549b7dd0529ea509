import { cyclesIn } from '../../config/cycle-length.ts';
import { micro } from '../../domain/credits.ts';
import type { Economy } from '../economy.ts';
import { endWaits, waitInstead } from '../attention/lot-wait.ts';
import { markIdleSince, type IdleAgent } from '../executions/idle.ts';
import { endOrderOf } from '../market/standing-order.ts';
import { releaseBid } from '../market/withdraw-bid.ts';
import { STORE } from '../internal/store-key.ts';

/** What a cycle changed in agents' lives. */
export interface LifeChanges {
  readonly fallen: readonly string[];
  readonly died: readonly string[];
  /** Of the fallen, those of whom it was not told when their last execution ended. */
  readonly idle: readonly IdleAgent[];
}

/**
 * Finds the living that nothing keeps alive any more, and ends those that were dormant for
 * `lifecycle.dormant_seconds` of cycles. (Whoever gets a bid is alive again at once: `placeBid`.) Runs inside the caller's transaction, once per cycle of the running market.
 */
export function sortTheLiving(deps: Economy): LifeChanges {
  const { [STORE]: store, config } = deps;
  const { cycle } = store.state.get();
  const died = store.agents.overdue(cycle - cyclesIn(config.lifecycle.dormant_seconds, config.market));
  for (const id of died) endLife(deps, id);
  // The sponsored bids of the dead are void now: who lived by them alone is dormant.
  endWaits(deps);
  const fallen = store.agents.fallen().filter((id) => !waitInstead(deps, id));
  for (const id of fallen) store.agents.markDormant(id, cycle);
  return { fallen, died, idle: fallen.flatMap((id) => markIdleSince(deps, id) ?? []) };
}

/** Death: its bids are voided, its credits go to `burn`, its workspace stays for the operator to read. */
function endLife(deps: Economy, agentId: string): void {
  const { [STORE]: store, clock } = deps;
  const { cycle } = store.state.get();
  for (const bid of store.bids.pendingTiedTo(agentId))
    releaseBid(deps, bid, 'voided', bid.payerId === agentId ? 'its payer died' : 'its agent died');
  endOrderOf(deps, agentId, 'its agent died');
  const estate = store.accounts.balance(agentId).posted;
  const life = store.agents.find(agentId)?.life ?? 0;
  store.agents.markDead(agentId, cycle);
  store.idempotencyKeys.forget(agentId);
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
